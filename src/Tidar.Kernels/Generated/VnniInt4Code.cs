using Iced.Intel;
using Tidar.Kernels.Matrices;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Assembles, for 1 to 6 rows, the product of <see cref="Int4Tile"/> with 512-bit <c>vpdpbusd</c>. Every row keeps two integer accumulators for the group at hand and two
/// float accumulators; levels are unpacked once for all rows.
/// </summary>
internal static class VnniInt4Code
{
    /// <summary>Rows of the largest kernel: 24 accumulators and 8 registers for weights, grid and mask. Windows asks callees to keep xmm6 to xmm15: 3 rows do without them.</summary>
    public static int MostRows { get; } = OperatingSystem.IsWindows() ? 3 : 6;

    private const int RegisterBytes = 64;
    private const int RowsPerBase = 4;
    private const int LowHalves = 0x0F0F0F0F;

    // In the order in which rows take them: first those that no convention asks to preserve.
    private static readonly AssemblerRegisterZMM[] Accumulators =
    [
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27,
        zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15, zmm4, zmm5,
    ];

    private static readonly AssemblerRegisterZMM Low = zmm28, High = zmm29, Mask = zmm30, Value = zmm31;
    private static readonly AssemblerRegisterZMM[] Scale = [zmm0, zmm1], Minimum = [zmm2, zmm3];

    /// <summary>Machine code for <paramref name="rows"/> rows; its only argument is the address of <see cref="Int4TileArguments"/>.</summary>
    public static byte[] Assemble(int rows, Int4Scales scales, bool windows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, windows ? 3 : 6);
        Assembler c = new(64);
        AssemblerRegister64 arguments = windows ? rcx : rdi;
        AssemblerRegister64 row = rax, stride = rdx, records = r8, groups = r9, terms = r10, stride3 = r11, next = rbx, step = rbp;

        // Rows from the fifth on have a base of their own; Windows, which has no registers for it, has no such rows.
        AssemblerRegister64 secondRow = rcx, secondTerms = rsi;
        c.push(next);
        c.push(step);
        c.mov(r11d, LowHalves);
        c.vpbroadcastd(Mask, r11d);
        c.mov(row, __qword_ptr[arguments]);
        c.mov(stride, __qword_ptr[arguments + 8]);
        c.mov(terms, __qword_ptr[arguments + 16]);
        c.mov(records, __qword_ptr[arguments + 24]);
        c.mov(groups, __qword_ptr[arguments + 32]);
        c.mov(next, __qword_ptr[arguments + 48]);
        c.mov(step, __qword_ptr[arguments + 56]);
        c.add(terms, row);
        c.lea(stride3, __[stride + (stride * 2)]);
        if (rows > RowsPerBase)
        {
            c.lea(secondRow, __[row + (stride * 4)]);
            c.lea(secondTerms, __[terms + (stride * 4)]);
        }

        for (int r = 0; r < rows; r++)
        {
            c.vpxord(Result(r, 0), Result(r, 0), Result(r, 0));
            c.vpxord(Result(r, 1), Result(r, 1), Result(r, 1));
        }

        Label loop = c.CreateLabel();
        c.Label(ref loop);
        LoadGrid(c, records, scales);
        for (int r = 0; r < rows; r++)
            StartSums(c, r, scales, Term(r));
        for (int four = 0; four < Int4Record.Steps; four++)
        {
            c.vmovdqu32(Low, __zmmword_ptr[records + (four * Int4Record.StepBytes)]);
            c.prefetcht1(__byte_ptr[next + (four * Int4Record.StepBytes)]);
            c.vpsrld(High, Low, 4);
            c.vpandd(Low, Low, Mask);
            c.vpandd(High, High, Mask);
            for (int r = 0; r < rows; r++)
            {
                c.vpbroadcastd(Value, __dword_ptr[At(r, row, secondRow) + (four * 4)]);
                c.vpdpbusd(Sum(r, 0), Low, Value);
                c.vpdpbusd(Sum(r, 1), High, Value);
            }
        }

        for (int r = 0; r < rows; r++)
            FinishGroup(c, r, scales, At(r, terms, secondTerms), Term(r));
        for (int offset = Int4Record.LevelBytes; offset < Int4Record.Bytes(scales); offset += RegisterBytes)
            c.prefetcht1(__byte_ptr[next + offset]);
        c.add(records, Int4Record.Bytes(scales));
        c.add(next, step);
        c.add(row, Int4Record.Group);
        c.add(terms, 2 * sizeof(float));
        if (rows > RowsPerBase)
        {
            c.add(secondRow, Int4Record.Group);
            c.add(secondTerms, 2 * sizeof(float));
        }

        c.dec(groups);
        c.jnz(loop);
        c.mov(row, __qword_ptr[arguments + 40]);
        for (int r = 0; r < rows; r++)
        {
            c.vmovups(__zmmword_ptr[row + (2 * r * RegisterBytes)], Result(r, 0));
            c.vmovups(__zmmword_ptr[row + (((2 * r) + 1) * RegisterBytes)], Result(r, 1));
        }

        c.vzeroupper();
        c.pop(step);
        c.pop(next);
        c.ret();
        return MachineCode.Bytes(c);

        AssemblerMemoryOperand Term(int r) => At(r, terms, secondTerms) + sizeof(float);

        AssemblerMemoryOperand At(int r, AssemblerRegister64 first, AssemblerRegister64 second) => MachineCode.RowAddress(r, r < RowsPerBase ? first : second, stride, stride3);
    }

    private static void LoadGrid(Assembler c, AssemblerRegister64 records, Int4Scales scales)
    {
        for (int half = 0; half < 2; half++)
        {
            int offset = Int4Record.LevelBytes + (half * Int4Record.ScaleBytes(scales) * 16), minima = Int4Record.ScaleBytes(scales) * Panel.Width;
            if (scales == Int4Scales.Single)
            {
                c.vmovups(Scale[half], __zmmword_ptr[records + offset]);
                c.vmovups(Minimum[half], __zmmword_ptr[records + offset + minima]);
                continue;
            }

            c.vcvtph2ps(Scale[half], __ymmword_ptr[records + offset]);
            if (scales == Int4Scales.Half)
                c.vcvtph2ps(Minimum[half], __ymmword_ptr[records + offset + minima]);
        }
    }

    private static void StartSums(Assembler c, int r, Int4Scales scales, AssemblerMemoryOperand term)
    {
        for (int half = 0; half < 2; half++)
        {
            if (scales == Int4Scales.HalfSymmetric)
                c.vpbroadcastd(Sum(r, half), __dword_ptr[term]);
            else
                c.vpxord(Sum(r, half), Sum(r, half), Sum(r, half));
        }
    }

    // Low and High are free between groups.
    private static void FinishGroup(Assembler c, int r, Int4Scales scales, AssemblerMemoryOperand scale, AssemblerMemoryOperand term)
    {
        AssemblerRegisterZMM[] product = [Low, High];
        for (int half = 0; half < 2; half++)
        {
            c.vcvtdq2ps(Sum(r, half), Sum(r, half));
            c.vmulps(product[half], Scale[half], __dword_bcst[scale]);
            c.vfmadd231ps(Result(r, half), Sum(r, half), product[half]);
            if (scales != Int4Scales.HalfSymmetric)
                c.vfmadd231ps(Result(r, half), Minimum[half], __dword_bcst[term]);
        }
    }

    private static AssemblerRegisterZMM Sum(int row, int half) => Accumulators[(4 * row) + half];

    private static AssemblerRegisterZMM Result(int row, int half) => Accumulators[(4 * row) + 2 + half];
}
