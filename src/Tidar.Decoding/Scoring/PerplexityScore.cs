namespace Tidar.Decoding.Scoring;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Predicted">Tokens that were predicted: all but the first of every window.</param>
/// <param name="NegativeLogLikelihood">Mean of -ln p over the predicted tokens.</param>
/// <param name="Windows">Windows.</param>
public sealed record PerplexityScore(int Tokens, int Predicted, double NegativeLogLikelihood, int Windows)
{
    /// <summary>e to the mean negative log-likelihood.</summary>
    public double Perplexity => Math.Exp(NegativeLogLikelihood);
}
