namespace Tidar.Evaluation.Benchmarks;

/// <summary>How long something took, over its repetitions.</summary>
/// <param name="Median">Seconds.</param>
/// <param name="Best">Seconds.</param>
/// <param name="Repetitions">How often it was measured.</param>
public readonly record struct Timing(double Median, double Best, int Repetitions)
{
    /// <summary>Summarizes measured seconds.</summary>
    public static Timing Of(List<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return new Timing((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted.Length);
    }
}
