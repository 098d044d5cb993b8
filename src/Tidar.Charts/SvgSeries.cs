namespace Tidar.Charts;

/// <summary>One line, or points joined by a thin line, of a panel.</summary>
/// <param name="Name">For the legend; empty where another panel names it.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Points">By ascending X.</param>
/// <param name="Faint">Unsmoothed values behind the line; empty for none.</param>
/// <param name="HasMarks">Whether every point is marked.</param>
public sealed record SvgSeries(string Name, string Color, IReadOnlyList<ChartPoint> Points, IReadOnlyList<ChartPoint> Faint, bool HasMarks);
