using Tidar.Kernels.Memory;

namespace Tidar.Models.Transformers;

/// <summary>A reusable activation matrix [rows, width]: grows when a larger pass comes, never shrinks.</summary>
internal sealed class Activation(int width) : IDisposable
{
    private AlignedBuffer<float> _buffer = new(0);

    public int Width => width;

    /// <summary>The first <paramref name="rows"/> rows. What they held before is kept only while the matrix need not grow.</summary>
    public Span<float> Rows(int rows)
    {
        long needed = (long)rows * width;
        BufferGrowth.Reserve(ref _buffer, needed, needed / 8);

        return _buffer.Slice(0, checked((int)needed));
    }

    /// <summary>One row; the matrix must hold it already.</summary>
    public Span<float> Row(int row) => _buffer.Slice((long)row * width, width);

    public void Dispose() => _buffer.Dispose();
}
