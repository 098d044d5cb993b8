using Iced.Intel;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>
/// A small x86-64 processor for the code that we generate, so that code for instructions this machine lacks is tested too. It decodes with Iced and gives a meaning only to instructions
/// that we emit, after Intel's Software Developer's Manual (SDM), volume 2; anything else is an <see cref="EmulationFault"/>.
/// </summary>
internal sealed unsafe class EmulatedMachine
{
    private const int StackBytes = 4096;
    private const ulong ReturnAddress = 0xFFFF_FFFF_FFFF_0000;
    private const long MostInstructions = 200_000_000;

    private readonly GeneralUnit _general;
    private readonly VectorUnit _vectors;

    public EmulatedMachine(EmulatedMemory memory)
    {
        Memory = memory;
        _general = new GeneralUnit(this);
        _vectors = new VectorUnit(this);
        Tiles = new TileUnit(this);
    }

    public EmulatedMemory Memory { get; }

    /// <summary>rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … r15.</summary>
    public ulong[] General { get; } = new ulong[16];

    /// <summary>zmm0 … zmm31, 64 bytes each.</summary>
    public byte[][] Vectors { get; } = [.. Enumerable.Range(0, 32).Select(_ => new byte[64])];

    public TileUnit Tiles { get; }

    /// <summary>Calls <paramref name="code"/> with one pointer in the convention's first register, and returns when it does.</summary>
    public void Call(byte[] code, bool windows, void* argument)
    {
        Dictionary<ulong, Instruction> instructions = Decode(code);
        byte[] stack = new byte[StackBytes];
        fixed (byte* bottom = stack)
        {
            Memory.Allow(bottom, StackBytes, writable: true);
            ulong top = ((ulong)bottom + StackBytes - 64) / 16 * 16;
            General[Index(Register.RSP)] = top;
            _general.Push(ReturnAddress);
            General[Index(windows ? Register.RCX : Register.RDI)] = (ulong)argument;
            ulong at = 0;
            for (long count = 0; at != ReturnAddress; count++)
            {
                if (count == MostInstructions)
                    throw new EmulationFault("the code does not return");
                if (!instructions.TryGetValue(at, out Instruction instruction))
                    throw new EmulationFault($"a jump to {at}, where no instruction starts");
                at = Execute(instruction);
            }

            if (General[Index(Register.RSP)] != top)
                throw new EmulationFault("the stack is not balanced");
        }
    }

    /// <summary>Place of a general or vector register of any width in <see cref="General"/> or <see cref="Vectors"/>.</summary>
    public static int Index(Register register) => register.GetFullRegister().GetNumber();

    /// <summary>The address of a memory operand.</summary>
    public ulong Address(Instruction instruction)
    {
        ulong address = instruction.MemoryDisplacement64;
        if (instruction.MemoryBase != Register.None)
            address += General[Index(instruction.MemoryBase)];
        if (instruction.MemoryIndex != Register.None)
            address += General[Index(instruction.MemoryIndex)] * (ulong)instruction.MemoryIndexScale;
        return address;
    }

    private static Dictionary<ulong, Instruction> Decode(byte[] code)
    {
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        Dictionary<ulong, Instruction> instructions = [];
        while (decoder.IP < (ulong)code.Length)
        {
            Instruction instruction = decoder.Decode();
            instructions.Add(instruction.IP, instruction);
        }

        return instructions;
    }

    private ulong Execute(Instruction instruction)
    {
        if (_general.Execute(instruction) is { } next)
            return next;
        if (!_vectors.Execute(instruction) && !Tiles.Execute(instruction))
            throw new EmulationFault($"no meaning is given to: {instruction}");
        return instruction.NextIP;
    }
}
