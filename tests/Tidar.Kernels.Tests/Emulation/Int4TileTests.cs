using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class Int4TileTests
{
    [Theory]
    [InlineData(Int4Scales.HalfSymmetric, false)]
    [InlineData(Int4Scales.Half, false)]
    [InlineData(Int4Scales.Single, false)]
    [InlineData(Int4Scales.HalfSymmetric, true)]
    [InlineData(Int4Scales.Half, true)]
    [InlineData(Int4Scales.Single, true)]
    public void Every_4_bit_kernel_keeps_the_convention_stays_in_its_memory_and_gives_the_bits_of_the_portable_code(Int4Scales scales, bool windows)
    {
        const int Groups = 3, Values = Groups * Int4Record.Group, Stride = Values + (Groups * 8) + 8;
        Random random = new(11);
        for (int rows = 1; rows <= (windows ? 3 : 6); rows++)
        {
            using AlignedBuffer<byte> a = new(rows * Stride), records = new(Groups * Int4Record.Bytes(scales));
            using AlignedBuffer<float> tile = new(rows * Panel.Width), expected = new(rows * Panel.Width);
            random.NextBytes(a.Span);
            random.NextBytes(records.Span);
            for (int g = 0; g < Groups; g++)
            {
                for (int c = 0; c < Panel.Width; c++)
                    Int4Record.SetScale(records.Pointer + (g * Int4Record.Bytes(scales)), scales, c, random.NextSingle() - 0.5f, random.NextSingle() - 0.5f);
                for (int r = 0; r < rows; r++)
                {
                    float* pair = (float*)(a.Pointer + (r * Stride) + Values) + (2 * g);
                    pair[0] = random.NextSingle();
                    pair[1] = random.NextSingle() - 0.5f;
                    if (scales == Int4Scales.HalfSymmetric)
                        *(int*)(pair + 1) = random.Next(-32512, 32512);
                }
            }

            Int4Tile.MultiplyPortable(a.Pointer, Stride, Values, rows, records.Pointer, Groups, scales, expected.Pointer, plain: true);
            Int4TileArguments arguments = new() { Rows = a.Pointer, Stride = Stride, Terms = Values, Records = records.Pointer, Groups = Groups, Tile = tile.Pointer };
            CallingConvention.Call(VnniInt4Code.Assemble(rows, scales, windows), windows, &arguments, new EmulatedMemory()
                .Allow(&arguments, sizeof(Int4TileArguments)).Allow(a.Pointer, a.Length).Allow(records.Pointer, records.Length).Allow(tile.Pointer, tile.Length * sizeof(float), writable: true));
            Assert.True(expected.Span.SequenceEqual(tile.Span));
        }
    }
}
