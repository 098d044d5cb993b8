namespace Tidar.Decoding.Scoring;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Predicted">Tokens that were predicted: all but the first of every window.</param>
/// <param name="NegativeLogLikelihood">Mean of -ln p over the predicted tokens; of diffusions an estimate of an upper bound of it.</param>
/// <param name="Windows">Windows.</param>
public sealed record PerplexityScore(int Tokens, int Predicted, double NegativeLogLikelihood, int Windows)
{
    /// <summary>e to the mean negative log-likelihood.</summary>
    public double Perplexity => Math.Exp(NegativeLogLikelihood);

    /// <summary>Standard error of the mean in nats, 0 where there is no chance in it; null where one sample cannot tell.</summary>
    public double? StandardError { get; init; } = 0;

    /// <summary>Masks drawn for every window, or for every block of it; 0 where none was.</summary>
    public int Samples { get; init; }

    /// <summary>Times that the model looked at a window.</summary>
    public int Passes { get; init; }
}
