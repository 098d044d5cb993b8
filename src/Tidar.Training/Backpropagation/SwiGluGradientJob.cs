using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>Replaces the rows [gate, up] of a chunk by their gradients.</summary>
internal readonly ref struct SwiGluGradientJob(Span<float> gateUp, ReadOnlySpan<float> output, int rows, int width) : IJob
{
    private readonly Span<float> _gateUp = gateUp;
    private readonly ReadOnlySpan<float> _output = output;

    public void Execute(int item, int worker)
    {
        (int first, int count) = RowChunks.Bounds(item, rows);
        for (int r = first; r < first + count; r++)
        {
            Span<float> gate = _gateUp.Slice(2 * r * width, width), up = _gateUp.Slice(((2 * r) + 1) * width, width);
            SwiGluGradient.Run(gate, up, _output.Slice(r * width, width), gate, up);
        }
    }
}
