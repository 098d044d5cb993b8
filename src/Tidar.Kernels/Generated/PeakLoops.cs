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

    private const long Int8Operations = 8;
    private const long BFloat16Operations = 4;
    private const long VectorLanes = RegisterBytes / sizeof(int);

    // A product of tiles: 16 × 16 lanes, each of 16 dwords.
    private const long TileLanes = 16 * 16 * 16;

    private static readonly PeakLoop? VectorInt8 = Place(
        InstructionSets.Avx512Vnni, w => Vectors(w, static (c, a) => c.vpdpbusd(a, zmm0, zmm1)), Accumulators.Length * VectorLanes * Int8Operations);

    private static readonly PeakLoop? VectorBFloat16 = Place(
        InstructionSets.Avx512BFloat16, w => Vectors(w, static (c, a) => c.vdpbf16ps(a, zmm0, zmm1)), Accumulators.Length * VectorLanes * BFloat16Operations);

    private static readonly PeakLoop? TileInt8 = Place(Processor.Best == KernelTier.Amx, w => Tiles(w, static (c, s, a, b) => c.tdpbsud(s, a, b)), 4 * TileLanes * Int8Operations);

    private static readonly PeakLoop? TileBFloat16 = Place(Processor.Best == KernelTier.Amx, w => Tiles(w, static (c, s, a, b) => c.tdpbf16ps(s, a, b)), 4 * TileLanes * BFloat16Operations);

    /// <summary>The int8 loop of the tier in use, or null.</summary>
    public static PeakLoop? Int8 => Processor.Tier switch { KernelTier.Amx => TileInt8, KernelTier.Avx512 => VectorInt8, _ => null };

    /// <summary>The bfloat16 loop of the tier in use, or null.</summary>
    public static PeakLoop? BFloat16 => Processor.Tier switch { KernelTier.Amx => TileBFloat16, KernelTier.Avx512 => VectorBFloat16, _ => null };

    private static PeakLoop? Place(bool supported, Func<bool, byte[]> assemble, long operationsPerIteration)
    {
        if (!supported || !Environment.Is64BitProcess)
            return null;
        void* code = ExecutableMemory.TryPlace(assemble(OperatingSystem.IsWindows()));
        return code is null ? null : new PeakLoop((nint)code, operationsPerIteration);
    }

    /// <summary>The loop over two tiles of rows and two of columns, as <see cref="AmxTileCode"/> multiplies them.</summary>
    internal static byte[] Tiles(bool windows, Action<Assembler, AssemblerRegisterTMM, AssemblerRegisterTMM, AssemblerRegisterTMM> dotProduct)
    {
        Assembler c = new(64);
        AssemblerRegister64 arguments = windows ? rcx : rdi;
        c.mov(rax, __qword_ptr[arguments + 16]);
        c.ldtilecfg(__[rax]);
        c.mov(rdx, __qword_ptr[arguments]);
        c.mov(rax, __qword_ptr[arguments + 8]);
        c.mov(r8, RegisterBytes);
        foreach (AssemblerRegisterTMM operand in (ReadOnlySpan<AssemblerRegisterTMM>)[tmm4, tmm5, tmm6, tmm7])
            c.tileloadd(operand, __[rax + r8]);
        foreach (AssemblerRegisterTMM sums in (ReadOnlySpan<AssemblerRegisterTMM>)[tmm0, tmm1, tmm2, tmm3])
            c.tilezero(sums);
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        dotProduct(c, tmm0, tmm4, tmm6);
        dotProduct(c, tmm1, tmm4, tmm7);
        dotProduct(c, tmm2, tmm5, tmm6);
        dotProduct(c, tmm3, tmm5, tmm7);
        c.dec(rdx);
        c.jnz(loop);
        c.tilerelease();
        c.ret();
        return MachineCode.Bytes(c);
    }

    /// <summary>The loop over vector registers.</summary>
    internal static byte[] Vectors(bool windows, Action<Assembler, AssemblerRegisterZMM> dotProduct)
    {
        Assembler c = new(64);
        AssemblerRegister64 arguments = windows ? rcx : rdi, operands = rax, iterations = rdx;
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
        return MachineCode.Bytes(c);
    }
}
