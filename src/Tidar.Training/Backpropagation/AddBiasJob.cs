using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>Adds a bias to every row of a chunk.</summary>
internal readonly ref struct AddBiasJob(Span<float> rows, int count, ReadOnlySpan<float> bias) : IJob
{
    private readonly Span<float> _rows = rows;
    private readonly ReadOnlySpan<float> _bias = bias;

    public void Execute(int item, int worker)
    {
        (int first, int length) = RowChunks.Bounds(item, count);
        for (int r = first; r < first + length; r++)
        {
            Span<float> row = _rows.Slice(r * _bias.Length, _bias.Length);
            Activations.Add(row, _bias, row);
        }
    }
}
