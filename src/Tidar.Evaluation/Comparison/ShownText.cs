namespace Tidar.Evaluation.Comparison;

/// <summary>A text and every pass that it took.</summary>
/// <param name="Way">The way that wrote it.</param>
/// <param name="Prompt">The prompt's tokens as text, one piece each.</param>
/// <param name="Text">The text; ids where there is no tokenizer.</param>
/// <param name="Tokens">Number of its tokens.</param>
/// <param name="Passes">The passes, the prompt's first.</param>
public sealed record ShownText(DecodingWay Way, IReadOnlyList<string> Prompt, string Text, int Tokens, IReadOnlyList<ShownPass> Passes);
