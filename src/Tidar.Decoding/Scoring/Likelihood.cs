using Tidar.Decoding.Engine;

namespace Tidar.Decoding.Scoring;

/// <summary>How likely a model holds a text behind a prompt.</summary>
/// <param name="Method">Whose likelihood it is; never <see cref="StrategyKind.Auto"/> or <see cref="StrategyKind.Tidar"/>, whose likelihood is the autoregressive one.</param>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Value">Natural-log likelihood of the text given the prompt; of diffusions an unbiased estimate of a lower bound of it.</param>
/// <param name="StandardError">Standard error of the estimate, in nats; 0 where there is no chance in it, null where one sample cannot tell.</param>
/// <param name="Samples">Masks drawn, for every block where there are blocks; 0 where none was.</param>
/// <param name="Passes">Times that the model looked at the text: once for all clean tokens, and once for every sample, twice with guidance, however many of them share a forward pass.</param>
public sealed record Likelihood(StrategyKind Method, int Tokens, double Value, double? StandardError, int Samples, int Passes)
{
    /// <summary>Block diffusion: natural-log likelihood where every block is written in one step, from nothing but masks; null for others.</summary>
    public double? OneStep { get; init; }
}
