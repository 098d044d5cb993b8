using Tidar.Decoding.Engine;

namespace Tidar.Decoding.Scoring;

/// <summary>How the likelihood of a text is found. All but <see cref="RowsPerPass"/> decide the number.</summary>
public sealed record LikelihoodOptions
{
    /// <summary>
    /// Whose likelihood: the autoregressive one of one causal pass, TiDAR's being the same, or that of a diffusion, which is estimated. <see cref="StrategyKind.Auto"/>: what the model was
    /// trained for.
    /// </summary>
    public StrategyKind Method { get; init; }

    /// <summary>Diffusions: masks drawn, for every block where there are blocks. LLaDA's evaluation takes as many by default.</summary>
    public int Samples { get; init; } = 128;

    /// <summary>Block diffusion: tokens of a block; null for the model's own.</summary>
    public int? BlockLength { get; init; }

    /// <summary>Masked diffusion: scale of classifier-free guidance; 0 for none.</summary>
    public double Guidance { get; init; }

    /// <summary>Most rows of a forward pass; a sample is never split. Changes speed and memory, never the number.</summary>
    public int RowsPerPass { get; init; } = DecodingEngine.DefaultPrefillRows;
}
