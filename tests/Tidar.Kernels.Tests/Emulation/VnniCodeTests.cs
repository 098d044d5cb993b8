using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Tests.Emulation;

public sealed unsafe class VnniCodeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_kernel_keeps_the_convention_stays_in_its_memory_and_gives_the_integers_of_the_portable_code(bool windows)
    {
        const int Groups = 5;
        Random random = new(7);
        for (int rows = 1; rows <= (windows ? 8 : 12); rows++)
        {
            using AlignedBuffer<sbyte> a = new(rows * Groups * 4);
            using AlignedBuffer<byte> w = new(Groups * 4 * Panel.Width);
            using AlignedBuffer<int> sums = new(rows * Panel.Width), expected = new(rows * Panel.Width);
            for (int i = 0; i < a.Length; i++)
                a.Pointer[i] = (sbyte)random.Next(-128, 128);
            random.NextBytes(w.Span);
            for (int r = 0; r < rows; r++)
                Int8Tile.MultiplyPortable(a.Pointer + (r * Groups * 4), w.Pointer, Groups, expected.Pointer + (r * Panel.Width));
            Int8TileArguments arguments = new() { Activations = a.Pointer, ActivationStride = Groups * 4, Weights = w.Pointer, Groups = Groups, Sums = sums.Pointer };
            CallingConvention.Call(VnniInt8Code.Assemble(rows, windows), windows, &arguments, new EmulatedMemory()
                .Allow(&arguments, sizeof(Int8TileArguments)).Allow(a.Pointer, a.Length).Allow(w.Pointer, w.Length).Allow(sums.Pointer, sums.Length * sizeof(int), writable: true));
            Assert.True(expected.Span.SequenceEqual(sums.Span));
        }
    }
}
