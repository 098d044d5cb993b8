using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Loops of dot-product instructions on registers alone: no load, no store, enough independent accumulators to hide the latency. Their speed is what
/// the processor can do at most.
/// </summary>
internal static unsafe class PeakLoops
{
    private const int RegisterBytes = 64;

    // Registers that both conventions let a callee overwrite: 2 operands and these.
    private static readonly AssemblerRegisterZMM[] Accumulators =
    [
        zmm2, zmm3, zmm4, zmm5, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    private static readonly nint Int8Code = Place(InstructionSets.Avx512Vnni, static (c, a) => c.vpdpbusd(a, zmm0, zmm1));
    private static readonly nint BFloat16Code = Place(InstructionSets.Avx512BFloat16, static (c, a) => c.vdpbf16ps(a, zmm0, zmm1));

    /// <summary>The loop of 512-bit <c>vpdpbusd</c>, or null.</summary>
    public static PeakLoop? VnniInt8 => Loop(Int8Code, operationsPerLane: 8);

    /// <summary>The loop of 512-bit <c>vdpbf16ps</c>, or null.</summary>
    public static PeakLoop? VectorBFloat16 => Loop(BFloat16Code, operationsPerLane: 4);

    private static PeakLoop? Loop(nint code, int operationsPerLane) =>
        code == 0 ? null : new PeakLoop(code, (long)Accumulators.Length * (RegisterBytes / sizeof(int)) * operationsPerLane);

    private static nint Place(bool supported, Action<Assembler, AssemblerRegisterZMM> dotProduct)
    {
        if (!supported || !Environment.Is64BitProcess)
            return 0;
        Assembler c = new(64);
        AssemblerRegister64 arguments = OperatingSystem.IsWindows() ? rcx : rdi, operands = rax, iterations = rdx;
        c.mov(iterations, __qword_ptr[arguments]);
        c.mov(operands, __qword_ptr[arguments + 8]);
        c.vmovdqu32(zmm0, __zmmword_ptr[operands]);
        c.vmovdqu32(zmm1, __zmmword_ptr[operands + RegisterBytes]);
        foreach (AssemblerRegisterZMM accumulator in Accumulators)
            c.vpxord(accumulator, accumulator, accumulator);
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        foreach (AssemblerRegisterZMM accumulator in Accumulators)
            dotProduct(c, accumulator);
        c.dec(iterations);
        c.jnz(loop);
        c.vzeroupper();
        c.ret();
        return (nint)ExecutableMemory.TryPlace(MachineCode.Bytes(c));
    }
}
