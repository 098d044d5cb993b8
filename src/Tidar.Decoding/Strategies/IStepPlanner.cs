namespace Tidar.Decoding.Strategies;

/// <summary>Chooses what TiDAR's passes do: how much of a draft is checked, for which outcomes the next one is drafted, and how long it is. It decides about speed alone: any choice gives the same text.</summary>
public interface IStepPlanner
{
    /// <summary>K: the most masks of a block, and the most tokens of a draft.</summary>
    int DraftLength { get; }

    /// <summary>Masks to lay behind a token that is about to be committed without a draft after it; 0 decodes the next token alone.</summary>
    /// <param name="length">Committed tokens.</param>
    /// <param name="sessions">Sequences that share the pass.</param>
    int MasksBehindDecided(int length, int sessions);

    /// <summary>What to do with a draft of <paramref name="drafted"/> tokens.</summary>
    /// <param name="drafted">Its length, d_0 included.</param>
    /// <param name="length">Committed tokens.</param>
    /// <param name="sessions">Sequences that share the pass.</param>
    VerificationPlan Verify(int drafted, int length, int sessions);

    /// <summary>What alternatives to the tokens of a draft may cost.</summary>
    /// <param name="drafted">Length of the draft, d_0 included.</param>
    /// <param name="length">Committed tokens.</param>
    /// <param name="sessions">Sequences that share the pass.</param>
    BranchLimits Branches(int drafted, int length, int sessions);

    /// <summary>Tells what branches brought, before <see cref="Record"/>.</summary>
    /// <param name="rows">Rows that they took.</param>
    /// <param name="expected">Tokens that they were expected to bring.</param>
    /// <param name="accepted">Tokens that they brought.</param>
    void RecordBranches(int rows, double expected, int accepted);

    /// <summary>Tells how a verification ended.</summary>
    /// <param name="drafted">Length of the draft.</param>
    /// <param name="verified">How many of its tokens were checked.</param>
    /// <param name="accepted">Tokens that came of it by the draft or a branch, d_0 included.</param>
    void Record(int drafted, int verified, int accepted);
}
