using Tidar.Training.Data;

namespace Tidar.Training.Losses;

/// <summary>Draws the random-mask ablation: every block has a rate t ~ U(0, 1], every token of it is masked with that probability.</summary>
internal static class MaskSampler
{
    private const double Unit = 1.0 / (1UL << 53);

    /// <summary>The draws for a document of so many tokens.</summary>
    public static RandomMasking Draw(int tokens, int draftLength, ulong seed)
    {
        SplitMix64 random = new(seed);
        bool[] visible = new bool[tokens];
        double[] rates = new double[(tokens + draftLength - 1) / draftLength];
        for (int b = 0; b < rates.Length; b++)
            rates[b] = ((random.Next() >> 11) + 1) * Unit;
        for (int p = 0; p < tokens; p++)
            visible[p] = (random.Next() >> 11) * Unit >= rates[p / draftLength];
        return new RandomMasking(visible, rates);
    }
}
