using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class AmxBFloat16Tests
{
    private const int StepPairs = 16;
    private const int Steps = 3;
    private const int Pairs = Steps * StepPairs;
    private const int SumBytes = Panel.Width * sizeof(float);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(96)]
    public void Tiles_add_two_chains_a_step_whatever_the_rows_and_wherever_k_is_cut(int rows)
    {
        Random random = new(rows);
        using AlignedBuffer<uint> a = Random(random, rows * Pairs), w = Random(random, Pairs * Panel.Width);
        using AlignedBuffer<float> sums = new(rows * Panel.Width), expected = new(rows * Panel.Width);
        for (int i = 0; i < sums.Length; i++)
            sums.Pointer[i] = expected.Pointer[i] = i % 7;
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < Panel.Width; c++)
            {
                for (int step = 0; step < Steps; step++)
                    AddStep(a.Pointer + (r * Pairs), w.Pointer + c, step, ref expected.Pointer[(r * Panel.Width) + c]);
            }
        }

        Emulate(rows, 0, 1);
        Emulate(rows, 1, Steps - 1);
        Assert.True(expected.Span.SequenceEqual(sums.Span));

        void Emulate(int count, int firstStep, int steps)
        {
            TileArguments arguments = new()
            {
                A = (byte*)(a.Pointer + (firstStep * StepPairs)), AStride = Pairs * sizeof(uint), Weights = (byte*)(w.Pointer + (firstStep * StepPairs * Panel.Width)), Groups = steps * StepPairs,
                C = (byte*)sums.Pointer, CStride = SumBytes, Accumulate = 1,
            };
            AmxTileTests.EmulateTiles(windows: false, bfloat16: true, count, arguments, () => new EmulatedMemory()
                .Allow(a.Pointer, a.Length * sizeof(uint)).Allow(w.Pointer, w.Length * sizeof(uint)).Allow(sums.Pointer, sums.Length * sizeof(float), writable: true));
        }
    }

    // The definition once more, in plain float arithmetic: operands and sums here are far from denormals.
    private static void AddStep(uint* a, uint* w, int step, ref float sum)
    {
        float lower = 0, upper = 0;
        for (int pair = step * StepPairs; pair < (step + 1) * StepPairs; pair++)
        {
            uint x = a[pair], y = w[pair * Panel.Width];
            lower = MathF.FusedMultiplyAdd(BFloat16.ToSingle((ushort)x), BFloat16.ToSingle((ushort)y), lower);
            upper = MathF.FusedMultiplyAdd(BFloat16.ToSingle((ushort)(x >> 16)), BFloat16.ToSingle((ushort)(y >> 16)), upper);
        }

        sum += lower + upper;
    }

    private static AlignedBuffer<uint> Random(Random random, int count)
    {
        AlignedBuffer<uint> pairs = new(count);
        for (int i = 0; i < 2 * count; i++)
            ((ushort*)pairs.Pointer)[i] = BFloat16.FromSingle((random.NextSingle() * 2) - 1);
        return pairs;
    }
}
