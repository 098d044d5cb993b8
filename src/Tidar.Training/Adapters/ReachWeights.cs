namespace Tidar.Training.Adapters;

/// <summary>
/// How much the slots of a block count: each as much as it is likely that the slots before it are right, for behind a wrong one decoding uses nothing. The probabilities are the drafter's own, and no gradient flows through them.
/// </summary>
/// <param name="draftLength">K: row r of a batch is slot r mod K.</param>
/// <param name="share">How far this goes: 0 leaves all weights as they are, 1 gives a slot that is never reached none.</param>
internal sealed class ReachWeights(int draftLength, double share)
{
    private float[] _right = [];
    private float[] _reached = [];

    /// <summary>Makes room for the targets of a batch.</summary>
    public void Begin(int count)
    {
        if (_right.Length < count)
            (_right, _reached) = (new float[count], new float[count]);
    }

    /// <summary>Says how probable the right token of a target is; threads may do so for different targets.</summary>
    public void Set(int index, float probability) => _right[index] = Math.Clamp(probability, 0, 1);

    /// <summary>A target's weight; to be asked for in ascending order, when those before it are set.</summary>
    public float Weight(ReadOnlySpan<MaskTarget> targets, int index)
    {
        bool follows = index > 0 && targets[index - 1].Row / draftLength == targets[index].Row / draftLength;

        // Slot 0 is decided, whatever is predicted there.
        _reached[index] = !follows ? 1 : targets[index - 1].Row % draftLength == 0 ? _reached[index - 1] : _reached[index - 1] * _right[index - 1];
        return (float)(1 - share + (share * _reached[index]));
    }
}
