namespace Tidar.Decoding.Tests;

/// <summary>Pearson's test of counts against expected probabilities.</summary>
internal static class ChiSquare
{
    /// <summary>How often a correct sampler would fail a test: 1 in a million. Seeds are fixed, so a test that passes keeps passing.</summary>
    public const double FalseAlarmRate = 1e-6;

    // The standard normal quantile of 1 - FalseAlarmRate.
    private const double Quantile = 4.7534;
    private const double LeastExpected = 5;

    /// <summary>Fails where the counts would come up less often than once in a million; cells below 5 expected are merged.</summary>
    public static void AssertFits(IReadOnlyList<int> counts, IReadOnlyList<double> probabilities, int total)
    {
        double statistic = 0, restExpected = 0, restCount = 0;
        int cells = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            double expected = probabilities[i] * total;
            if (expected < LeastExpected)
            {
                restExpected += expected;
                restCount += counts[i];
                continue;
            }

            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            cells++;
        }

        if (restExpected >= LeastExpected)
        {
            statistic += (restCount - restExpected) * (restCount - restExpected) / restExpected;
            cells++;
        }

        Assert.True(cells >= 2, "too few samples for a test");

        // Wilson and Hilferty's approximation of the quantile.
        double degrees = cells - 1, spread = 2 / (9 * degrees);
        double limit = degrees * Math.Pow(1 - spread + (Quantile * Math.Sqrt(spread)), 3);
        Assert.True(statistic <= limit, $"chi-square {statistic:F1} with {degrees} degrees of freedom; the limit is {limit:F1}");
    }
}
