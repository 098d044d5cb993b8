using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>target = norm(hidden), row by row.</summary>
internal readonly ref struct NormJob(Span<float> hidden, ReadOnlySpan<float> weight, float epsilon, Span<float> target) : IJob
{
    private readonly Span<float> _hidden = hidden;
    private readonly ReadOnlySpan<float> _weight = weight;
    private readonly Span<float> _target = target;

    public void Execute(int item, int worker)
    {
        int width = _weight.Length;
        RmsNorm.Run(_hidden.Slice(item * width, width), _weight, epsilon, _target.Slice(item * width, width));
    }
}
