namespace Tidar.Charts;

/// <summary>One bar.</summary>
/// <param name="Name">Stands to its left.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Value">Its length.</param>
/// <param name="Least">Where the line that shows the spread begins.</param>
/// <param name="Most">Where it ends.</param>
/// <param name="Label">Stands to its right.</param>
public sealed record SvgBar(string Name, string Color, double Value, double Least, double Most, string Label);
