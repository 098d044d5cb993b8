namespace Tidar.Charts;

/// <summary>A point of a chart.</summary>
/// <param name="X">Along the bottom.</param>
/// <param name="Y">Upwards.</param>
public readonly record struct ChartPoint(double X, double Y);
