using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Assembles the product of activations and one panel of 32 columns with Intel AMX. The panel's layout is the tile layout: a B tile of 16 columns is 16 rows of 64 bytes, 128 bytes apart, and
/// an A tile is up to 16 rows straight from the activations. Two A tiles and two B tiles feed four accumulators; one A tile, two.
/// </summary>
/// <remarks>
/// int8 uses <c>tdpbsud</c> (signed activations, weights + 128), whose sums are exact. bfloat16 uses <c>tdpbf16ps</c>. Per Intel's manual (SDM volume 2, TDPBF16PS) one instruction sums the even and the odd
/// elements of its 32 in two chains from zero, adds the two, and adds that to C; so the order of sums is fixed by the step of 32, whatever the rows.
/// </remarks>
internal static class AmxTileCode
{
    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 16;

    private const int TileBytes = 64;
    private const int PanelRowBytes = 128;
    private const int StepBytes = TileRows * PanelRowBytes;

    /// <summary>Machine code for <paramref name="rowTiles"/> (1 or 2) tiles of rows; its only argument is the address of <see cref="TileArguments"/>.</summary>
    public static byte[] Assemble(bool bfloat16, int rowTiles, bool windows)
    {
        Assembler c = new(64);
        AssemblerRegister64 arguments = windows ? rcx : rdi;

        // Only registers that neither convention asks to preserve.
        AssemblerRegister64 a0 = rax, a1 = rdx, stride = r8, w = r9, steps = r10, rowBytes = r11;

        // One more than these: both conventions want it back as it was.
        AssemblerRegister64 next = rbx;
        bool two = rowTiles == 2;
        c.push(next);
        c.mov(rax, __qword_ptr[arguments + 72]);
        c.ldtilecfg(__[rax]);
        c.mov(stride, __qword_ptr[arguments + 8]);
        Label block = c.CreateLabel(), zero = c.CreateLabel(), start = c.CreateLabel(), loop = c.CreateLabel();
        c.Label(ref block);
        c.cmp(__qword_ptr[arguments + 48], 0);
        c.je(zero);
        MoveSums(c, arguments, two, store: false);
        c.jmp(start);
        c.Label(ref zero);
        for (int t = 0; t < 2 * rowTiles; t++)
            c.tilezero(Tiles[t]);

        c.Label(ref start);
        c.mov(a0, __qword_ptr[arguments]);
        if (two)
        {
            c.mov(a1, stride);
            c.shl(a1, 4);
            c.add(a1, a0);
        }

        c.mov(w, __qword_ptr[arguments + 16]);
        c.mov(steps, __qword_ptr[arguments + 24]);
        c.shr(steps, 4);
        c.mov(next, __qword_ptr[arguments + 56]);
        c.mov(rowBytes, PanelRowBytes);
        c.Label(ref loop);
        c.tileloadd(tmm6, __[w + rowBytes]);
        c.tileloadd(tmm4, __[a0 + stride]);
        Multiply(c, bfloat16, tmm0, tmm4, tmm6);
        c.tileloadd(tmm7, __[w + rowBytes + TileBytes]);
        Multiply(c, bfloat16, tmm1, tmm4, tmm7);
        if (two)
        {
            c.tileloadd(tmm5, __[a1 + stride]);
            Multiply(c, bfloat16, tmm2, tmm5, tmm6);
            Multiply(c, bfloat16, tmm3, tmm5, tmm7);
            c.add(a1, TileBytes);
        }

        for (int line = 0; line < StepBytes; line += TileBytes)
            c.prefetcht1(__byte_ptr[next + line]);
        c.add(next, StepBytes);
        c.add(a0, TileBytes);
        c.add(w, StepBytes);
        c.dec(steps);
        c.jnz(loop);
        MoveSums(c, arguments, two, store: true);
        if (two)
        {
            // MoveSums left the second tile's C and 16 strides: the next block of rows lies behind it.
            c.add(w, rax);
            c.mov(__qword_ptr[arguments + 32], w);
            c.mov(rax, stride);
            c.shl(rax, 5);
            c.add(__qword_ptr[arguments], rax);
            c.dec(__qword_ptr[arguments + 64]);
            c.jnz(block);
        }

        c.tilerelease();
        c.pop(next);
        c.ret();
        return MachineCode.Bytes(c);
    }

    // Loads or stores all accumulators; afterwards r9 is the address of the last tile's first row, and rax 16 rows of C where there are two tiles of rows.
    private static void MoveSums(Assembler c, AssemblerRegister64 arguments, bool two, bool store)
    {
        c.mov(r9, __qword_ptr[arguments + 32]);
        c.mov(r11, __qword_ptr[arguments + 40]);
        MovePair(c, tmm0, tmm1, store);
        if (!two)
            return;
        c.mov(rax, r11);
        c.shl(rax, 4);
        c.add(r9, rax);
        MovePair(c, tmm2, tmm3, store);
    }

    private static void MovePair(Assembler c, AssemblerRegisterTMM left, AssemblerRegisterTMM right, bool store)
    {
        if (store)
        {
            c.tilestored(__[r9 + r11], left);
            c.tilestored(__[r9 + r11 + TileBytes], right);
        }
        else
        {
            c.tileloadd(left, __[r9 + r11]);
            c.tileloadd(right, __[r9 + r11 + TileBytes]);
        }
    }

    private static void Multiply(Assembler c, bool bfloat16, AssemblerRegisterTMM sums, AssemblerRegisterTMM a, AssemblerRegisterTMM b)
    {
        if (bfloat16)
            c.tdpbf16ps(sums, a, b);
        else
            c.tdpbsud(sums, a, b);
    }

    private static readonly AssemblerRegisterTMM[] Tiles = [tmm0, tmm1, tmm2, tmm3];
}
