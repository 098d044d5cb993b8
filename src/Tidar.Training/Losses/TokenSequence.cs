namespace Tidar.Training.Losses;

/// <summary>One document as the loss sees it.</summary>
/// <param name="Tokens">Token ids; at least one.</param>
/// <param name="Labelled">Which tokens are targets, in both halves; null for all.</param>
/// <param name="Masking">Random masks: what is masked; null for the full mask.</param>
public sealed record TokenSequence(int[] Tokens, bool[]? Labelled = null, RandomMasking? Masking = null)
{
    /// <summary>Where the document came from, for messages.</summary>
    public string Place { get; init; } = "";

    /// <summary>Whether the token at <paramref name="position"/> is a target.</summary>
    public bool IsLabelled(int position) => Labelled is null || Labelled[position];
}
