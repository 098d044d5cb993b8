namespace Tidar.Evaluation.Comparison;

/// <summary>A figure measured several times. NaN where it has no meaning.</summary>
/// <param name="Median">The middle one; of an even number the lower of the two in the middle, so that it is a figure that was measured.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The largest.</param>
public readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>Of at least one figure.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(sorted[(sorted.Length - 1) / 2], sorted[0], sorted[^1]);
    }
}
