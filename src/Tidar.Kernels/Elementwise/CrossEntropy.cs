namespace Tidar.Kernels.Elementwise;

/// <summary>Cross-entropy of one row of logits against a target, with its gradient.</summary>
public static class CrossEntropy
{
    /// <summary>Returns -log softmax(logits)[target] and leaves <paramref name="weight"/> times its gradient in place of the logits.</summary>
    /// <param name="logits">The logits, [vocabulary]; overwritten.</param>
    /// <param name="target">The right token.</param>
    /// <param name="weight">What this row's loss counts in the total.</param>
    public static float Run(Span<float> logits, int target, float weight) => Run(logits, [target], [1], weight);

    /// <summary>The same against a distribution over some tokens: returns -Σ p·log softmax(logits).</summary>
    /// <param name="logits">The logits, [vocabulary]; overwritten.</param>
    /// <param name="tokens">The tokens that have a probability; no token twice.</param>
    /// <param name="probabilities">Their probabilities, which add up to 1.</param>
    /// <param name="weight">What this row's loss counts in the total.</param>
    public static float Run(Span<float> logits, ReadOnlySpan<int> tokens, ReadOnlySpan<float> probabilities, float weight)
    {
        float chosen = 0;
        for (int i = 0; i < tokens.Length; i++)
            chosen += probabilities[i] * logits[tokens[i]];
        float loss = Softmax.Run(logits) - chosen;
        Activations.Scale(logits, weight, logits);
        for (int i = 0; i < tokens.Length; i++)
            logits[tokens[i]] -= weight * probabilities[i];
        return loss;
    }
}
