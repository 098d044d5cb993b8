using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Generated;

/// <summary>From an assembler to bytes. All our code is relative to itself, so it runs wherever it is placed.</summary>
internal static unsafe class MachineCode
{
    /// <summary>The assembled bytes.</summary>
    public static byte[] Bytes(Assembler assembler)
    {
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), rip: 0);
        return stream.ToArray();
    }

    /// <summary>
    /// The address of row <paramref name="row"/> where rows are reached in fours from one base register each: base, base + stride, base + 2·stride, base + 3·stride.
    /// </summary>
    public static AssemblerMemoryOperand RowAddress(int row, AssemblerRegister64 start, AssemblerRegister64 stride, AssemblerRegister64 stride3) => (row % 4) switch
    {
        0 => __[start + 0],
        1 => __[start + stride],
        2 => __[start + (stride * 2)],
        _ => __[start + stride3],
    };

    /// <summary>Assembles and places a family of kernels, all of them or none.</summary>
    /// <param name="placer">Where to.</param>
    /// <param name="count">Kernels of the family.</param>
    /// <param name="assemble">The bytes of kernel 0 … count - 1.</param>
    /// <returns>Their addresses; empty where the system does not allow such memory.</returns>
    public static nint[] Place(CodePlacer placer, int count, Func<int, byte[]> assemble)
    {
        nint[] entries = new nint[count];
        for (int i = 0; i < count; i++)
        {
            entries[i] = (nint)placer(assemble(i));
            if (entries[i] == 0)
                return [];
        }

        return entries;
    }
}
