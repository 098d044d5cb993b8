namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>Where the chance in denoising comes from: an answer's seed, or recorded numbers.</summary>
internal interface ITokenChooser
{
    /// <summary>The token for a position.</summary>
    /// <param name="logits">Raw logits [V]; scratch memory afterwards.</param>
    /// <param name="step">Step of the whole answer.</param>
    /// <param name="position">Absolute position.</param>
    int Choose(Span<float> logits, int step, int position);

    /// <summary>A number in [0, 1) for orders that draw lots.</summary>
    double Uniform(int step, int position);
}
