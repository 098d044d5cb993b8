namespace Tidar.Training.Selectors;

/// <summary>How large a path selector is.</summary>
/// <param name="HiddenSize">Width of the model.</param>
/// <param name="Rank">Width of its maps.</param>
/// <param name="Candidates">Candidates of a slot that it scores.</param>
/// <param name="Predecessors">Tokens before a slot that it looks at.</param>
/// <param name="Slots">Slots with a bias and a scale of their own: K - 1.</param>
/// <param name="CopyLength">Longest repetition of the text that its scores tell from longer ones; 0 where they do not look for repetitions.</param>
public sealed record SelectorShape(int HiddenSize, int Rank, int Candidates, int Predecessors, int Slots, int CopyLength);
