namespace Tidar.Models.Tokenization.Training;

/// <summary>How far a training is.</summary>
/// <param name="Characters">Characters of text counted so far.</param>
/// <param name="Tokens">Tokens in the vocabulary so far.</param>
/// <param name="Target">Tokens wanted.</param>
public readonly record struct BpeTrainingProgress(long Characters, int Tokens, int Target);
