namespace Tidar.Evaluation.Benchmarks;

/// <summary>Some passes in a row, and the memory bandwidth of that moment.</summary>
/// <param name="ReadBytes">Bytes per second, measured right before.</param>
/// <param name="Seconds">Median of the passes.</param>
public readonly record struct MeasuredRound(double ReadBytes, double Seconds);
