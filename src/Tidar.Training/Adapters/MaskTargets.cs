using Tidar.Kernels.Elementwise;
using Tidar.Training.Backpropagation;
using Tidar.Training.Selectors;

namespace Tidar.Training.Adapters;

/// <summary>Targets of mask rows: distributions, each with a weight.</summary>
internal readonly ref struct MaskTargets(ReadOnlySpan<MaskTarget> targets, double scale, ReachWeights? reach = null, SelectorTerm? selector = null) : IHeadTargets
{
    private readonly ReadOnlySpan<MaskTarget> _targets = targets;

    public int Count => _targets.Length;

    public int Token(int index) => _targets[index].Target.Token;

    public float Loss(int index, Span<float> logits)
    {
        selector?.Keep(index, logits);
        MaskTarget target = _targets[index];
        float weight = (float)(target.Weight * scale), loss = CrossEntropy.Run(logits, target.Target.Tokens, target.Target.Probabilities, weight);

        // The gradient is weight * (probability - target's share).
        reach?.Set(index, weight == 0 ? 0 : (logits[target.Target.Token] / weight) + target.Target.Share);
        return loss;
    }

    public void Finish(ReadOnlySpan<float> hidden, Span<float> gradient)
    {
        if (reach is not null)
            reach.Apply(_targets, gradient);
        selector?.AddGradients(hidden, gradient);
    }
}
