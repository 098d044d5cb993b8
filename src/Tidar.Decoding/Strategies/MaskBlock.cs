namespace Tidar.Decoding.Strategies;

/// <summary>Makes the mask rows of TiDAR: the one place that knows what a mask row starts from.</summary>
internal sealed class MaskBlock
{
    private readonly int[] _tokens;

    /// <summary>Creates blocks of at most <paramref name="draftLength"/> rows of the mask token.</summary>
    public MaskBlock(int draftLength, int maskToken)
    {
        _tokens = new int[draftLength];
        Array.Fill(_tokens, maskToken);
    }

    /// <summary>Adds a block of <paramref name="masks"/> rows whose slot m stands at position <paramref name="firstPosition"/> + m and sees every clean token before the block.</summary>
    /// <returns>The row of slot 0.</returns>
    public int AddTo(SequencePass pass, int firstPosition, int masks) => pass.AddMasks(_tokens.AsSpan(0, masks), firstPosition);

    /// <summary>Adds a branch whose first token stands at position <paramref name="firstPosition"/>, with a block of <paramref name="masks"/> rows behind it.</summary>
    /// <returns>The branch's first row; the others follow, then slot 0 of the block.</returns>
    public int AddBehind(SequencePass pass, ReadOnlySpan<int> branch, int firstPosition, int masks) => pass.AddBranch(branch, firstPosition, _tokens.AsSpan(0, masks));
}
