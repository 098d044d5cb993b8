namespace Tidar.Decoding.Sampling;

/// <summary>A token and its natural-log probability.</summary>
/// <param name="Token">Vocabulary id.</param>
/// <param name="LogProbability">Natural logarithm of its probability.</param>
public readonly record struct TokenAlternative(int Token, double LogProbability);
