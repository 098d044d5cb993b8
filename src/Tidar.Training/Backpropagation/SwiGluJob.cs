using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>target = silu(gate + bias) · (up + bias), row by row, from rows [gate, up].</summary>
internal readonly ref struct SwiGluJob(Span<float> gateUp, ReadOnlySpan<float> bias, Span<float> target, int width) : IJob
{
    private readonly Span<float> _gateUp = gateUp;
    private readonly ReadOnlySpan<float> _bias = bias;
    private readonly Span<float> _target = target;

    public void Execute(int item, int worker)
    {
        Span<float> row = _gateUp.Slice(item * 2 * width, 2 * width);
        if (!_bias.IsEmpty)
            Activations.Add(row, _bias, row);
        Activations.SwiGlu(row[..width], row[width..], _target.Slice(item * width, width));
    }
}
