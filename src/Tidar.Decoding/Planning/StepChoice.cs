namespace Tidar.Decoding.Planning;

/// <summary>A way to decode from here on, and what it is expected to bring.</summary>
/// <param name="Masks">Masks of every block; 0 drafts nothing: autoregressive decoding.</param>
/// <param name="Verified">Tokens of a draft that are checked.</param>
/// <param name="Blocks">How many outcomes, the likeliest ones, get a block in the verifying pass: none is the two-pass step, all the fused one.</param>
/// <param name="Tokens">Tokens of a verifying pass and, where it comes to that, of the drafting pass behind it.</param>
/// <param name="Passes">Passes in which they come.</param>
/// <param name="Seconds">Their time, this sequence's share of it where several share the passes.</param>
public readonly record struct StepChoice(int Masks, int Verified, int Blocks, double Tokens, double Passes, double Seconds)
{
    /// <summary>Expected tokens per second of the sequence's share.</summary>
    public double Rate => Tokens / Seconds;

    /// <summary>Expected tokens a pass.</summary>
    public double TokensPerPass => Tokens / Passes;
}
