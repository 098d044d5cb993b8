namespace Tidar.Training.Recipes;

/// <summary>One source of training text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Location">A file's path, or a generator's name.</param>
/// <param name="Weight">How often documents are drawn from it, relative to the others.</param>
/// <param name="Separator">Text files: what lies between documents; null for one document a file.</param>
/// <param name="HeldOut">Files: share of the documents that is never trained on.</param>
/// <param name="TrainOnPrompts">Whether prompt tokens are targets too.</param>
public sealed record DataRecipe(DataKind Kind, string Location, double Weight, string? Separator, double HeldOut, bool TrainOnPrompts);
