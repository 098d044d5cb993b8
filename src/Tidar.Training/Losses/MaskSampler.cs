using Tidar.Training.Data;

namespace Tidar.Training.Losses;

/// <summary>Draws random masks: every block has a rate t ~ U(0, 1], every token of it is masked with that probability.</summary>
internal static class MaskSampler
{
    private const double Unit = 1.0 / (1UL << 53);

    /// <summary>The draws for a document of so many tokens in blocks of <paramref name="blockLength"/>.</summary>
    public static RandomMasking Draw(int tokens, int blockLength, ulong seed)
    {
        SplitMix64 random = new(seed);
        bool[] visible = new bool[tokens];
        double[] rates = new double[(tokens + blockLength - 1) / blockLength];
        for (int b = 0; b < rates.Length; b++)
            rates[b] = ((random.Next() >> 11) + 1) * Unit;
        for (int p = 0; p < tokens; p++)
            visible[p] = (random.Next() >> 11) * Unit >= rates[p / blockLength];
        return new RandomMasking(visible, rates);
    }
}
