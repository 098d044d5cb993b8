namespace Tidar.Training.Adapters;

/// <summary>A document that mask rows are trained on.</summary>
/// <param name="Tokens">Token ids.</param>
/// <param name="Labelled">Which of them are targets.</param>
public sealed record PreparedDocument(int[] Tokens, bool[] Labelled)
{
    /// <summary>
    /// Where a block may begin: behind at least one token, where decoding would draft an answer, with something for slot 1 to predict (slot 0 decides nothing).
    /// </summary>
    public int[] Starts() => [.. Enumerable.Range(1, Math.Max(0, Tokens.Length - 2)).Where(p => Labelled[p] && Labelled[p + 1])];
}
