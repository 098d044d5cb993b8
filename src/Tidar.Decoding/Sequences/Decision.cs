using Tidar.Decoding.Sampling;

namespace Tidar.Decoding.Sequences;

/// <summary>A token that the AR model has chosen for a position, whether or not it is committed yet.</summary>
/// <param name="Token">Vocabulary id.</param>
/// <param name="LogProbability">What the model thought of it, where log-probabilities are asked for.</param>
public readonly record struct Decision(int Token, TokenLogProbability? LogProbability);
