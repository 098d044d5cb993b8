using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Models.Transformers;

/// <summary>hidden += delta + bias, then target = norm(hidden) where a norm follows.</summary>
internal readonly ref struct ResidualJob(
    Span<float> hidden, ReadOnlySpan<float> delta, ReadOnlySpan<float> bias, ReadOnlySpan<float> weight, float epsilon, Span<float> target, int width) : IJob
{
    private readonly Span<float> _hidden = hidden;
    private readonly ReadOnlySpan<float> _delta = delta;
    private readonly ReadOnlySpan<float> _bias = bias;
    private readonly ReadOnlySpan<float> _weight = weight;
    private readonly Span<float> _target = target;

    public void Execute(int item, int worker)
    {
        Span<float> row = _hidden.Slice(item * width, width);
        Activations.Add(row, _delta.Slice(item * width, width), row);
        if (!_bias.IsEmpty)
            Activations.Add(row, _bias, row);
        if (!_weight.IsEmpty)
            RmsNorm.Run(row, _weight, epsilon, _target.Slice(item * width, width));
    }
}
