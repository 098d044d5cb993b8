namespace Tidar.Decoding.Strategies.Speculative;

/// <summary>When a drafted token is accepted.</summary>
public enum AcceptanceRule
{
    /// <summary>When it is the token that autoregressive decoding draws there. The same seed gives the same text.</summary>
    Exact,

    /// <summary>
    /// With probability min(1, p/q), else the token is drawn from what p exceeds q by (Leviathan et al., arXiv 2211.17192; Chen et al., arXiv 2302.01318). The text is a sample of the same
    /// distribution, but not the one that the seed gives by other strategies; greedy it is the same.
    /// </summary>
    Textbook,
}
