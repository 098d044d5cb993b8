namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>One column of the table of ways.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Explanation">What its figures are.</param>
/// <param name="Cell">The figure of a way.</param>
public sealed record ComparisonColumn(string Heading, string Explanation, Func<WayResult, string> Cell);
