namespace Tidar.Training.Adapters;

/// <summary>A document that mask rows are trained on.</summary>
/// <param name="Tokens">Token ids.</param>
/// <param name="Labelled">Which of them are targets.</param>
public sealed record PreparedDocument(int[] Tokens, bool[] Labelled)
{
    /// <summary>Where the document came from, for messages.</summary>
    public string Place { get; init; } = "";

    /// <summary>
    /// Where a block may begin: behind at least one token, where decoding would draft an answer, with something for slot 1 to predict (slot 0 decides nothing).
    /// </summary>
    public int[] Starts() => [.. Enumerable.Range(1, Math.Max(0, Tokens.Length - 2)).Where(p => Labelled[p] && Labelled[p + 1])];

    /// <summary>Runs of labelled tokens: what the model wrote.</summary>
    public IEnumerable<(int First, int End)> Answers()
    {
        for (int p = 1; p < Tokens.Length; p++)
        {
            if (!Labelled[p])
                continue;
            int first = p;
            while (p < Tokens.Length && Labelled[p])
                p++;
            yield return (first, p);
        }
    }
}
