namespace Tidar.Evaluation.Comparison;

/// <summary>What one pass did, tokens as pieces of text.</summary>
/// <param name="Number">From 1; the prompt's pass is the first.</param>
public sealed record ShownPass(int Number)
{
    /// <summary>Tokens that the AR half had said itself and that this pass committed: a first token, a correction, a bonus, or plain decoding.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Guesses that were checked and committed.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>Guesses that were checked and dropped.</summary>
    public IReadOnlyList<string> Rejected { get; init; } = [];

    /// <summary>What the AR half says behind the accepted ones; null where nothing was checked, or the text ended.</summary>
    public string? Correction { get; init; }

    /// <summary>Whether <see cref="Correction"/> was committed at once: where drafts are guesses alone. Else it begins the next draft.</summary>
    public bool CommitsCorrection { get; init; }

    /// <summary>What was drafted for the next verification, the AR half's own token first; empty where nothing was.</summary>
    public IReadOnlyList<string> Drafted { get; init; } = [];

    /// <summary>The tokens that this pass committed.</summary>
    public IReadOnlyList<string> Committed => CommitsCorrection ? [.. Said, .. Accepted, Correction!] : [.. Said, .. Accepted];

    /// <summary>A token with signs for line ends and tabs, and for a blank that stands alone: nobody would see it otherwise.</summary>
    public static string Visible(string token) =>
        token is " " ? "␣" : token.ReplaceLineEndings("⏎").Replace('\t', '⇥');
}
