namespace Tidar.Decoding.Scoring;

/// <summary>
/// Splits samples into groups of up to 16 (LLaDA's batch) whose sizes differ by at most one. Within a group the numbers of masked tokens are spread evenly, so its
/// samples hang on each other; groups do not, and their spread tells the standard error. Few samples make smaller groups, so that there are eight to tell by. The split
/// hangs on the number of samples alone, never on how many share a pass.
/// </summary>
/// <param name="samples">Samples in all, at least 1.</param>
internal readonly struct SampleGroups(int samples)
{
    private const int Largest = 16;
    private const int Fewest = 8;

    /// <summary>Groups.</summary>
    public int Count { get; } = Math.Max((samples + Largest - 1) / Largest, Math.Min(samples, Fewest));

    /// <summary>Samples of a group.</summary>
    public int Size(int group) => (samples / Count) + (group < samples % Count ? 1 : 0);

    /// <summary>Mean of all samples and its standard error.</summary>
    /// <param name="values">The samples, group by group.</param>
    /// <returns>The error is null for a single group, which has no spread.</returns>
    public (double Mean, double? StandardError) Summarize(ReadOnlySpan<double> values)
    {
        double mean = Sum(values) / samples, squares = 0;
        for (int group = 0, first = 0; group < Count; first += Size(group++))
        {
            double deviation = (Sum(values.Slice(first, Size(group))) - (Size(group) * mean)) / samples;
            squares += deviation * deviation;
        }

        return (mean, Count == 1 ? null : Math.Sqrt(squares * Count / (Count - 1)));
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }
}
