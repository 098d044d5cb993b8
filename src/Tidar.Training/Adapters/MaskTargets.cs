using Tidar.Kernels.Elementwise;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>Targets of mask rows: distributions, each with a weight.</summary>
internal readonly ref struct MaskTargets(ReadOnlySpan<MaskTarget> targets, double scale) : IHeadTargets
{
    private readonly ReadOnlySpan<MaskTarget> _targets = targets;

    public int Count => _targets.Length;

    public int Token(int index) => _targets[index].Target.Token;

    public float Loss(int index, Span<float> logits)
    {
        MaskTarget target = _targets[index];
        return CrossEntropy.Run(logits, target.Target.Tokens, target.Target.Probabilities, (float)(target.Weight * scale));
    }
}
