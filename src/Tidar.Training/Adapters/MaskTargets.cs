using Tidar.Kernels.Elementwise;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>Targets of mask rows: distributions, each with a weight.</summary>
internal readonly ref struct MaskTargets(ReadOnlySpan<MaskTarget> targets, double scale, ReachWeights? reach = null) : IHeadTargets
{
    private readonly ReadOnlySpan<MaskTarget> _targets = targets;

    public int Count => _targets.Length;

    public int Token(int index) => _targets[index].Target.Token;

    public float Loss(int index, Span<float> logits)
    {
        MaskTarget target = _targets[index];
        float weight = (float)(target.Weight * scale), loss = CrossEntropy.Run(logits, target.Target.Tokens, target.Target.Probabilities, weight);

        // The gradient is weight * (probability - target's share).
        reach?.Set(index, weight == 0 ? 0 : (logits[target.Target.Token] / weight) + target.Target.Share);
        return loss;
    }

    public void Weigh(int first, int count, Span<float> gradient)
    {
        if (reach is null)
            return;
        int width = gradient.Length / count;
        for (int i = 0; i < count; i++)
        {
            Span<float> row = gradient.Slice(i * width, width);
            float factor = reach.Weight(_targets, first + i);
            foreach (ref float value in row)
                value *= factor;
        }
    }
}
