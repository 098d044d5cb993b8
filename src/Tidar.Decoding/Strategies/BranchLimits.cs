namespace Tidar.Decoding.Strategies;

/// <summary>How many alternatives to a draft's tokens are verified beside it.</summary>
/// <param name="Rows">Most rows to spend on branches, the masks behind them included.</param>
/// <param name="LeastProbability">How likely a branch's token must be to be reached and right, for each row that it costs.</param>
/// <param name="Masks">Masks to lay behind every token of a branch, so that the next draft is there where the text ends its way; 0 for none.</param>
public readonly record struct BranchLimits(int Rows, double LeastProbability, int Masks);
