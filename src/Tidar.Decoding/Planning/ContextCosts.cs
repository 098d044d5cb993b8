namespace Tidar.Decoding.Planning;

/// <summary>What passes cost behind a context.</summary>
/// <param name="Context">Tokens in the cache.</param>
/// <param name="Clean">Seconds of a pass over a chain of clean rows, without logits.</param>
/// <param name="Masked">Seconds of a pass over one clean row and so many mask rows, in blocks of at most K, without logits.</param>
public sealed record ContextCosts(int Context, CostCurve Clean, CostCurve Masked)
{
    /// <summary>Seconds of a pass over clean and mask rows: that of so many clean rows, and what masks cost more (their adapter, their spans).</summary>
    public double Seconds(double clean, double masks) =>
        Clean.At(clean + masks) + (masks > 0 ? Masked.At(masks) - Clean.At(1 + masks) : 0);
}
