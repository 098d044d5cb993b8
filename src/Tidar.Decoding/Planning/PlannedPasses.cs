namespace Tidar.Decoding.Planning;

/// <summary>What a planner did in a text.</summary>
public sealed class PlannedPasses
{
    /// <summary>Passes that decoded one token and drafted nothing.</summary>
    public int Alone { get; internal set; }

    /// <summary>Passes that committed one decided token and drafted behind it, the prefill among them.</summary>
    public int Drafting { get; internal set; }

    /// <summary>Verifying passes without a block: the first half of a two-pass step.</summary>
    public int TwoPass { get; internal set; }

    /// <summary>Verifying passes with blocks for some outcomes.</summary>
    public int Sparse { get; internal set; }

    /// <summary>Verifying passes with blocks for all outcomes.</summary>
    public int Fused { get; internal set; }

    /// <summary>Draft tokens checked in all verifying passes.</summary>
    public int Verified { get; internal set; }

    /// <summary>Rows for alternatives to drafts, the masks behind them included.</summary>
    public int BranchRows { get; internal set; }

    /// <summary>Masks laid in all passes.</summary>
    public int Masks { get; internal set; }
}
