namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>How a diffusion language model writes. Unlike TiDAR's, these choices decide the text.</summary>
public sealed record DenoisingOptions
{
    /// <summary>Tokens of a block; null for the model's own (block diffusion) or the whole answer (masked diffusion).</summary>
    public int? BlockLength { get; init; }

    /// <summary>Denoising steps of the whole answer; null for one a token. Ignored with <see cref="Threshold"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Noise level of the last step in Dream's schedule ("eps").</summary>
    public double LastLevel { get; init; } = 1e-3;

    /// <summary>Which tokens are decided first.</summary>
    public RevealOrder Order { get; init; }

    /// <summary>Decide all tokens in a step whose score exceeds this, and at least one; null to decide a fixed number.</summary>
    public double? Threshold { get; init; }

    /// <summary>Classifier-free guidance: logits = without prompt + (scale + 1) · (with prompt − without); 0 for none. Masked diffusion only.</summary>
    public double Guidance { get; init; }
}
