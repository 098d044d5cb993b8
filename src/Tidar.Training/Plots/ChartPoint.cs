namespace Tidar.Training.Plots;

/// <summary>A point of a chart.</summary>
/// <param name="X">Along the bottom.</param>
/// <param name="Y">Upwards.</param>
internal readonly record struct ChartPoint(double X, double Y);
