namespace Tidar.Decoding.Strategies.Speculative;

/// <summary>How drafts of a draft model or of a prompt lookup are made and accepted.</summary>
public sealed record SpeculativeOptions
{
    /// <summary>Most tokens of the text's end that a prompt lookup searches for before; null for 3. Longer matches are preferred.</summary>
    public int? NGram { get; init; }

    /// <summary>When a drafted token is accepted.</summary>
    public AcceptanceRule Acceptance { get; init; }
}
