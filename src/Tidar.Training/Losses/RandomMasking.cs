namespace Tidar.Training.Losses;

/// <summary>The draws of a random mask for one document.</summary>
/// <param name="Visible">Rows of the mask half that show the clean token and have no loss, [tokens].</param>
/// <param name="Rates">The rate t of every block, in (0, 1]; a masked token's loss is divided by it.</param>
public sealed record RandomMasking(bool[] Visible, double[] Rates);
