using Tidar.Kernels.Elementwise;
using Tidar.Training.Backpropagation;
using Tidar.Training.Selectors;

namespace Tidar.Training.Adapters;

/// <summary>Targets of mask rows: distributions, each with a weight.</summary>
/// <param name="targets">The targets.</param>
/// <param name="scale">What the gradient of their weighted losses is multiplied by.</param>
/// <param name="reach">Weighs gradients by how likely slots are reached; null to leave them.</param>
/// <param name="recorder">Is told what the rows predict; may be null.</param>
/// <param name="selector">Adds the gradients of a path selector's loss over what is recorded; may be null.</param>
internal readonly ref struct MaskTargets(
    ReadOnlySpan<MaskTarget> targets, double scale, ReachWeights? reach = null, DraftRecorder? recorder = null, SelectorTerm? selector = null) : IHeadTargets
{
    private readonly ReadOnlySpan<MaskTarget> _targets = targets;

    public int Count => _targets.Length;

    public int Token(int index) => _targets[index].Target.Token;

    public float Loss(int index, Span<float> logits)
    {
        recorder?.Keep(index, logits);
        MaskTarget target = _targets[index];
        float weight = (float)(target.Weight * scale), loss = CrossEntropy.Run(logits, target.Target.Tokens, target.Target.Probabilities, weight);

        // The gradient is weight * (probability - target's share).
        reach?.Set(index, weight == 0 ? 0 : (logits[target.Target.Token] / weight) + target.Target.Share);
        return loss;
    }

    public void Finish(ReadOnlySpan<float> hidden, Span<float> gradient)
    {
        recorder?.SetStates(hidden);
        if (gradient.IsEmpty)
            return;
        reach?.Apply(_targets, gradient);
        selector?.AddGradients(gradient);
    }
}
