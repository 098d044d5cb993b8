namespace Tidar.Decoding.Sequences;

/// <summary>What one step of a drafting strategy did: the prefill, or the verification of one draft.</summary>
public sealed class DecodingStep
{
    /// <summary>Prefill or verification.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>
    /// Tokens of the draft that were decided beforehand: 1 in TiDAR, whose d_0 is committed with the accepted guesses; 0 where the draft is guesses alone, and <see cref="Corrected"/> is committed
    /// with them.
    /// </summary>
    public int Decided { get; init; } = 1;

    /// <summary>The draft that was checked, [K]: the first <see cref="Decided"/> decided, the rest guessed. Null for the prefill.</summary>
    public IReadOnlyList<int>? Draft { get; init; }

    /// <summary>r: accepted tokens of the draft, d_0 included, tokens behind a stop too. Null for the prefill.</summary>
    public int? Accepted { get; init; }

    /// <summary>The last of the accepted tokens, where an alternative to the draft won: from where it left the draft. Null where the draft itself was accepted.</summary>
    public IReadOnlyList<int>? Branch { get; init; }

    /// <summary>The accepted tokens, d_0 first; none for the prefill.</summary>
    public IEnumerable<int> AcceptedTokens => (Draft ?? []).Take((Accepted ?? 0) - (Branch?.Count ?? 0)).Concat(Branch ?? []);

    /// <summary>The AR model's choice for the position after the accepted run: the corrected token, or the bonus token where all K agree.</summary>
    public int? Corrected { get; init; }

    /// <summary>Where the next draft comes from; null for the prefill, where the text ended inside the accepted run, so that there is none, and where drafts are made apart from the model's passes.</summary>
    public DraftSource? Drafted { get; internal set; }

    /// <summary>The next draft, [K]; null where <see cref="Drafted"/> is, or where the text ended.</summary>
    public IReadOnlyList<int>? NextDraft { get; internal set; }
}
