using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class VectorTileTests
{
    private const int Groups = 5;
    private const int SumBytes = Panel.Width * sizeof(int);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Int8_kernels_keep_the_convention_stay_in_their_memory_and_give_the_integers_of_the_portable_code(bool windows)
    {
        Random random = new(7);
        for (int rows = 1; rows <= (windows ? 8 : 12); rows++)
        {
            using AlignedBuffer<byte> a = Bytes(random, rows * Groups * 4), w = Bytes(random, Groups * 4 * Panel.Width), sums = new(rows * SumBytes), expected = new(rows * SumBytes);
            for (int r = 0; r < rows; r++)
                Int8Tile.MultiplyPortable((sbyte*)a.Pointer + (r * Groups * 4), w.Pointer, Groups, (int*)(expected.Pointer + (r * SumBytes)));
            Emulate(bfloat16: false, rows, windows, a, w, sums, accumulate: false);
            Assert.True(expected.Span.SequenceEqual(sums.Span));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bfloat16_kernels_are_the_serial_chain_over_k_and_go_on_from_the_sums_that_are_there(bool windows)
    {
        Random random = new(8);
        for (int rows = 1; rows <= (windows ? 8 : 12); rows++)
        {
            using AlignedBuffer<byte> a = Pairs(random, rows * Groups), w = Pairs(random, Groups * Panel.Width), sums = new(rows * SumBytes), expected = new(rows * SumBytes);
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < Panel.Width; c++)
                {
                    float sum = (10 * r) + c;
                    ((float*)sums.Pointer)[(r * Panel.Width) + c] = sum;
                    for (int g = 0; g < Groups; g++)
                    {
                        uint x = ((uint*)a.Pointer)[(r * Groups) + g], y = ((uint*)w.Pointer)[(g * Panel.Width) + c];
                        sum = MathF.FusedMultiplyAdd(BFloat16.ToSingle((ushort)(x >> 16)), BFloat16.ToSingle((ushort)(y >> 16)), sum);
                        sum = MathF.FusedMultiplyAdd(BFloat16.ToSingle((ushort)x), BFloat16.ToSingle((ushort)y), sum);
                    }

                    ((float*)expected.Pointer)[(r * Panel.Width) + c] = sum;
                }
            }

            Emulate(bfloat16: true, rows, windows, a, w, sums, accumulate: true);
            Assert.True(expected.Span.SequenceEqual(sums.Span));
        }
    }

    // Any bits at all: denormals, infinities and NaN among them.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_code_gives_the_same_bytes_emulated_and_on_the_hardware(bool bfloat16)
    {
        VectorKernels kernels = bfloat16 ? VectorKernels.BFloat16 : VectorKernels.Int8;
        Assert.SkipUnless(kernels.Available, "the processor lacks the instruction, or the system refuses executable memory");
        Random random = new(9);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            int rows = VectorTileCode.MostRows - (repeat % 3);
            using AlignedBuffer<byte> a = Bytes(random, rows * Groups * 4), w = Bytes(random, Groups * 4 * Panel.Width), start = Bytes(random, rows * SumBytes);
            using AlignedBuffer<byte> emulated = Copy(start), native = Copy(start);
            Emulate(bfloat16, rows, OperatingSystem.IsWindows(), a, w, emulated, accumulate: true);
            kernels.Run(rows, Arguments(a, w, native, accumulate: true));
            Assert.True(native.Span.SequenceEqual(emulated.Span));
        }
    }

    private static void Emulate(bool bfloat16, int rows, bool windows, AlignedBuffer<byte> a, AlignedBuffer<byte> w, AlignedBuffer<byte> sums, bool accumulate)
    {
        TileArguments arguments = Arguments(a, w, sums, accumulate);
        CallingConvention.Call(VectorTileCode.Assemble(bfloat16, rows, windows), windows, &arguments, new EmulatedMemory()
            .Allow(&arguments, sizeof(TileArguments)).Allow(a.Pointer, a.Length).Allow(w.Pointer, w.Length).Allow(sums.Pointer, sums.Length, writable: true));
    }

    private static TileArguments Arguments(AlignedBuffer<byte> a, AlignedBuffer<byte> w, AlignedBuffer<byte> sums, bool accumulate) => new()
    {
        A = a.Pointer, AStride = Groups * 4, Weights = w.Pointer, Groups = Groups, C = sums.Pointer, CStride = SumBytes, Accumulate = accumulate ? 1 : 0,
    };

    private static AlignedBuffer<byte> Bytes(Random random, int count)
    {
        AlignedBuffer<byte> bytes = new(count);
        random.NextBytes(bytes.Span);
        return bytes;
    }

    private static AlignedBuffer<byte> Pairs(Random random, int count)
    {
        AlignedBuffer<byte> pairs = new(count * 4);
        for (int i = 0; i < 2 * count; i++)
            ((ushort*)pairs.Pointer)[i] = BFloat16.FromSingle((random.NextSingle() * 2) - 1);
        return pairs;
    }

    private static AlignedBuffer<byte> Copy(AlignedBuffer<byte> source)
    {
        AlignedBuffer<byte> copy = new(source.Length);
        source.Span.CopyTo(copy.Span);
        return copy;
    }
}
