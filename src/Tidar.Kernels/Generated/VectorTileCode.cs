using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Assembles, for 1 to 12 rows, the product of activations and one panel of 32 columns with 512-bit dot products. Every row keeps two accumulators; the weights of a group of 4 bytes along k are loaded
/// once for all rows.
/// </summary>
/// <remarks>
/// int8 uses <c>vpdpbusd</c> (signed activations, weights + 128): exact 32-bit integers. bfloat16 uses <c>vdpbf16ps</c>, which adds the upper product of a pair and then the lower, each fused (Intel SDM volume 2): with
/// the even element of k in the upper half, a lane is the serial chain of fused multiply-adds over k of the float32 kernels, but for denormals, which are zero here.
/// </remarks>
internal static class VectorTileCode
{
    /// <summary>
    /// Rows of the largest kernel: 24 accumulators beside two registers of weights and two of broadcast activations. Windows asks callees to keep
    /// xmm6 to xmm15 and more general registers: 8 rows do without them.
    /// </summary>
    public static int MostRows { get; } = OperatingSystem.IsWindows() ? 8 : 12;

    /// <summary>Bytes of a panel that are four inputs.</summary>
    public const int BytesPerGroup = 128;

    private const int RegisterBytes = 64;

    /// <summary>Machine code for <paramref name="rows"/> rows; its only argument is the address of <see cref="TileArguments"/>.</summary>
    public static byte[] Assemble(bool bfloat16, int rows, bool windows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, windows ? 8 : 12);
        Assembler c = new(64);
        AssemblerRegister64 arguments = windows ? rcx : rdi;

        // Only registers that neither convention asks to preserve.
        AssemblerRegister64 a = rax, stride = rdx, w = r8, groups = r9, sums = r10, stride3 = r11;

        // Two more than these: both conventions want them back as they were.
        AssemblerRegister64 next = rbx, step = rbp;
        AssemblerRegister64[] rowBases = BaseRegisters(windows);
        c.push(next);
        c.push(step);
        LoadSums(c, arguments, rows);
        c.push(r11);
        c.mov(a, __qword_ptr[arguments]);
        c.mov(stride, __qword_ptr[arguments + 8]);
        c.mov(w, __qword_ptr[arguments + 16]);
        c.mov(groups, __qword_ptr[arguments + 24]);
        c.mov(sums, __qword_ptr[arguments + 32]);
        c.mov(next, __qword_ptr[arguments + 56]);
        c.mov(step, __qword_ptr[arguments + 80]);
        c.lea(stride3, __[stride + (stride * 2)]);

        for (int b = 1; b * 4 < rows; b++)
            c.lea(rowBases[b], __[(b == 1 ? a : rowBases[b - 1]) + (stride * 4)]);
        rowBases[0] = a;
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        c.vmovdqu32(zmm30, __zmmword_ptr[w]);
        c.vmovdqu32(zmm31, __zmmword_ptr[w + RegisterBytes]);
        c.prefetcht1(__byte_ptr[next]);
        c.prefetcht1(__byte_ptr[next + RegisterBytes]);
        c.add(w, BytesPerGroup);
        c.add(next, step);
        for (int r = 0; r < rows; r++)
        {
            AssemblerRegisterZMM broadcast = r % 2 == 0 ? zmm28 : zmm29;
            c.vpbroadcastd(broadcast, __dword_ptr[MachineCode.RowAddress(r, rowBases[r / 4], stride, stride3)]);
            Multiply(c, bfloat16, Accumulator(2 * r), zmm30, broadcast);
            Multiply(c, bfloat16, Accumulator((2 * r) + 1), zmm31, broadcast);
        }

        for (int b = 0; b * 4 < rows; b++)
            c.add(rowBases[b], 4);
        c.dec(groups);
        c.jnz(loop);
        c.pop(r11);
        for (int r = 0; r < rows; r++)
        {
            c.vmovdqu32(__zmmword_ptr[sums], Accumulator(2 * r));
            c.vmovdqu32(__zmmword_ptr[sums + RegisterBytes], Accumulator((2 * r) + 1));
            c.add(sums, r11);
        }

        c.vzeroupper();
        c.pop(step);
        c.pop(next);
        c.ret();
        return MachineCode.Bytes(c);
    }

    // Leaves the bytes between rows of sums in r11.
    private static void LoadSums(Assembler c, AssemblerRegister64 arguments, int rows)
    {
        Label zero = c.CreateLabel(), done = c.CreateLabel();
        c.mov(r10, __qword_ptr[arguments + 32]);
        c.mov(r11, __qword_ptr[arguments + 40]);
        c.cmp(__qword_ptr[arguments + 48], 0);
        c.je(zero);
        for (int r = 0; r < rows; r++)
        {
            c.vmovdqu32(Accumulator(2 * r), __zmmword_ptr[r10]);
            c.vmovdqu32(Accumulator((2 * r) + 1), __zmmword_ptr[r10 + RegisterBytes]);
            c.add(r10, r11);
        }

        c.jmp(done);
        c.Label(ref zero);
        for (int r = 0; r < 2 * rows; r++)
            c.vpxord(Accumulator(r), Accumulator(r), Accumulator(r));
        c.Label(ref done);
    }

    private static void Multiply(Assembler c, bool bfloat16, AssemblerRegisterZMM sums, AssemblerRegisterZMM weights, AssemblerRegisterZMM activations)
    {
        if (bfloat16)
            c.vdpbf16ps(sums, weights, activations);
        else
            c.vpdpbusd(sums, weights, activations);
    }

    private static AssemblerRegisterZMM Accumulator(int index) => Registers[index];

    private static readonly AssemblerRegisterZMM[] Registers =
    [
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27,
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11,
    ];

    // The register of the arguments' address is free once they are read.
    private static AssemblerRegister64[] BaseRegisters(bool windows) => windows ? [rax, rcx] : [rax, rcx, rsi];
}
