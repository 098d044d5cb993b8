using Iced.Intel;
using static Iced.Intel.Register;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>Calls generated code in the emulator the way compiled code would, and checks what the System V or Windows convention asks of it.</summary>
internal static unsafe class CallingConvention
{
    private static readonly Register[] SystemV = [RBX, RBP, R12, R13, R14, R15];
    private static readonly Register[] Windows = [RBX, RBP, RSI, RDI, R12, R13, R14, R15];

    /// <summary>Runs <paramref name="code"/> with random values in every register; registers that a callee must keep are kept, no upper halves of vectors and no tiles are left behind.</summary>
    public static void Call(byte[] code, bool windows, void* argument, EmulatedMemory memory)
    {
        EmulatedMachine machine = new(memory);
        Random random = new(code.Length);
        for (int i = 0; i < machine.General.Length; i++)
            machine.General[i] = (ulong)random.NextInt64();
        foreach (byte[] vector in machine.Vectors)
            random.NextBytes(vector.AsSpan(0, 16));
        ulong[] general = [.. machine.General];
        byte[][] vectors = [.. machine.Vectors.Select(v => (byte[])v.Clone())];
        machine.Call(code, windows, argument);
        foreach (Register register in windows ? Windows : SystemV)
            Assert.True(general[EmulatedMachine.Index(register)] == machine.General[EmulatedMachine.Index(register)], $"{register} is not kept");
        for (int i = 6; windows && i < 16; i++)
            Assert.True(vectors[i].AsSpan(0, 16).SequenceEqual(machine.Vectors[i].AsSpan(0, 16)), $"xmm{i} is not kept");
        Assert.All(machine.Vectors[..16], v => Assert.Equal(-1, v.AsSpan(16).IndexOfAnyExcept((byte)0)));
        Assert.False(machine.Tiles.Configured);
    }
}
