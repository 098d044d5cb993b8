namespace Tidar.Decoding.Sampling;

/// <summary>What the model itself thought of a token: log softmax of the raw logits, before penalties, temperature and filters.</summary>
/// <param name="Token">The token chosen.</param>
/// <param name="Value">Its natural-log probability.</param>
/// <param name="Top">The most likely tokens, most likely first; as many as asked for.</param>
public sealed record TokenLogProbability(int Token, double Value, IReadOnlyList<TokenAlternative> Top);
