namespace Tidar.Decoding.Scoring;

/// <summary>Tokens as a diffusion model sees them, some of them masked, and what stands behind the masks.</summary>
/// <param name="Shown">The tokens; they see each other in both directions, and all clean tokens before them.</param>
/// <param name="Position">Position of the first.</param>
/// <param name="Places">Places among them whose tokens are sought.</param>
/// <param name="Targets">The tokens sought, one for each place.</param>
/// <param name="Promptless">The same with the prompt masked, for guidance; null for none.</param>
internal sealed record MaskedView(int[] Shown, int Position, int[] Places, int[] Targets, int[]? Promptless = null)
{
    /// <summary>Rows of a forward pass.</summary>
    public int Rows => Shown.Length + (Promptless?.Length ?? 0);

    /// <summary>Masks places of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="mask">The mask token.</param>
    /// <param name="position">Position of its first token.</param>
    /// <param name="places">What to mask, and to seek.</param>
    public static MaskedView Of(ReadOnlySpan<int> text, int mask, int position, int[] places)
    {
        int[] shown = text.ToArray(), targets = new int[places.Length];
        for (int i = 0; i < places.Length; i++)
            (targets[i], shown[places[i]]) = (shown[places[i]], mask);
        return new MaskedView(shown, position, places, targets);
    }
}
