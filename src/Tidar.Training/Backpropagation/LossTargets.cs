using Tidar.Kernels.Elementwise;
using Tidar.Training.Losses;

namespace Tidar.Training.Backpropagation;

/// <summary>Targets of both halves, weighted as in the total loss.</summary>
internal readonly ref struct LossTargets(ReadOnlySpan<LossTarget> targets, LossWeights weights) : IHeadTargets
{
    private readonly ReadOnlySpan<LossTarget> _targets = targets;

    public int Count => _targets.Length;

    public int Token(int index) => _targets[index].Token;

    public float Loss(int index, Span<float> logits)
    {
        LossTarget target = _targets[index];
        double weight = target.IsDiffusion ? weights.Diffusion * target.Weight : weights.Autoregressive;
        return CrossEntropy.Run(logits, target.Token, (float)weight);
    }

    // Weights are part of the losses.
    public void Finish(ReadOnlySpan<float> hidden, Span<float> gradient)
    {
    }
}
