using System.Runtime.InteropServices;
using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>The whole tile tier, matrices and all, on machines without tiles: the emulator runs the code in the processor's place.</summary>
[Collection(nameof(Processor))]
public sealed unsafe class AmxTierTests
{
    [Theory]
    [InlineData(1, 33, 70)]
    [InlineData(5, 64, 64)]
    [InlineData(17, 40, 130)]
    [InlineData(101, 70, 100)]
    public void Int8_matrices_have_the_bits_of_the_portable_tier(int rows, int outputs, int inputs)
    {
        Random random = new(rows);
        float[] x = Values(random, rows * inputs), expected = new float[rows * outputs], actual = new float[rows * outputs];
        using Int8Matrix matrix = new(outputs, inputs);
        matrix.SetRows(0, Values(random, outputs * inputs));
        OnTier(KernelTier.Portable, team => Multiply(team, expected));
        OnTier(KernelTier.Amx, team =>
        {
            Assert.Equal("tdpbsud", Processor.Int8Instructions);
            Multiply(team, actual);
        });
        Assert.Equal(expected, actual);

        void Multiply(WorkerTeam team, float[] y)
        {
            using PreparedRows input = new();
            input.Set(team, matrix, x, rows);
            matrix.Multiply(team, input, y);
        }
    }

    [Theory]
    [InlineData(1, 33, 70)]
    [InlineData(17, 64, 64)]
    [InlineData(101, 40, 1060)]
    public void Bfloat16_products_are_near_the_float32_chain_and_every_row_has_its_bits_alone_too(int rows, int columns, int k)
    {
        Random random = new(rows);
        float[] x = Values(random, rows * k), w = Values(random, columns * k), start = Values(random, rows * columns), expected = [.. start], actual = [.. start];
        OnTier(KernelTier.Portable, team => Multiply(team, x, rows, expected));
        OnTier(KernelTier.Amx, team =>
        {
            Assert.Equal("tdpbf16ps", Processor.BFloat16Instructions);
            Multiply(team, x, rows, actual);
            float[] alone = start[^columns..];
            Multiply(team, x.AsSpan((rows - 1) * k), 1, alone);
            Assert.Equal(actual[^columns..], alone);
        });
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6f * k);

        void Multiply(WorkerTeam team, ReadOnlySpan<float> rowsOfX, int count, float[] y)
        {
            using BFloat16Operand operand = new();
            operand.PackTransposed(team, w, columns, k);
            operand.Multiply(team, rowsOfX, count, y, accumulate: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_code_gives_the_same_sums_emulated_and_on_the_hardware(bool bfloat16)
    {
        const int Rows = 49, Groups = 48;
        Assert.SkipUnless(Processor.Best == KernelTier.Amx, "the machine has no tiles");
        Random random = new(6);
        byte[] a = new byte[Rows * Groups * 4], w = new byte[Groups * 4 * Panel.Width], emulated = new byte[Rows * Panel.Width * 4], native = new byte[emulated.Length];
        foreach (byte[] operand in new[] { a, w })
        {
            random.NextBytes(operand);

            // Both signs, denormals and magnitudes up to 2^-32: no NaN, no infinity.
            for (int i = 1; bfloat16 && i < operand.Length; i += 2)
                operand[i] = (byte)((operand[i] & 0x80) | (random.Next(20) == 0 ? 0 : 0x2C + random.Next(4)));
        }

        fixed (byte* pa = a, pw = w, pe = emulated, pn = native)
        {
            TileArguments arguments = new() { A = pa, AStride = Groups * 4, Weights = pw, Groups = Groups, C = pe, CStride = Panel.Width * 4 };
            AmxTileTests.EmulateTiles(windows: false, bfloat16, Rows, arguments, static () => EmulatedMemory.Everything);
            arguments.C = pn;
            AmxKernels.Run(bfloat16, Rows, arguments);
        }

        if (!bfloat16)
        {
            Assert.Equal(emulated, native);
            return;
        }

        // The SDM says in which order the instruction adds; no processor of ours has confirmed it yet, and nothing we promise rests on it.
        ReadOnlySpan<float> sums = MemoryMarshal.Cast<byte, float>(emulated), measured = MemoryMarshal.Cast<byte, float>(native);
        float largest = sums.ToArray().Max(MathF.Abs);
        for (int i = 0; i < sums.Length; i++)
            Assert.Equal(sums[i] / largest, measured[i] / largest, 1e-5f);
    }

    private static void OnTier(KernelTier tier, Action<WorkerTeam> action)
    {
        (KernelTier before, AmxKernels.TileCall? emulator) = (Processor.Tier, AmxKernels.Emulator);
        try
        {
            Processor.Tier = tier;
            AmxKernels.Emulator = (bfloat16, rowTiles, arguments) =>
                new EmulatedMachine(EmulatedMemory.Everything).Call(AmxTileCode.Assemble(bfloat16, rowTiles, windows: false), windows: false, arguments);
            using WorkerTeam team = new(2);
            action(team);
        }
        finally
        {
            (Processor.Tier, AmxKernels.Emulator) = (before, emulator);
        }
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
