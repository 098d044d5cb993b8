using Tidar.Models.Selectors;

namespace Tidar.Tests;

/// <summary>Path selectors with random weights.</summary>
internal static class RandomSelector
{
    /// <summary>Weights of a shape; the larger <paramref name="scale"/>, the more the tokens before a slot count beside its logits.</summary>
    public static SelectorWeights Create(int hiddenSize, int seed, int rank = 3, int candidates = 5, int predecessors = 2, int slots = 4, float scale = 1, int copyLength = 3)
    {
        Random random = new(seed);
        return new SelectorWeights(
            rank,
            candidates,
            predecessors,
            slots,
            Values(predecessors * rank * hiddenSize),
            Values(rank * hiddenSize),
            Values(rank * hiddenSize),
            Values(slots * rank),
            [.. Enumerable.Range(0, slots).Select(_ => 0.5f + random.NextSingle())],
            Values(copyLength));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => scale * (random.NextSingle() - 0.5f))];
    }
}
