namespace Tidar.Training.Data;

/// <summary>A part of a document that is tokenized by itself.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsTarget">Whether the model is to learn to write it (a prompt is only read).</param>
/// <param name="HasSpecialTokens">Whether special tokens written in it are meant (a rendered chat template), not plain text.</param>
/// <param name="Ids">Its token ids where they are given instead of the text: the document is then taken as it is, without an end token of ours.</param>
public sealed record TextSegment(string Text, bool IsTarget, bool HasSpecialTokens = false, IReadOnlyList<int>? Ids = null);
