using Tidar.Kernels.Elementwise;

namespace Tidar.Training.Adapters;

/// <summary>
/// How much the slots of a block count: each as much as it is likely that the slots before it are right, for behind a wrong one decoding uses nothing. The probabilities are the drafter's own, and no gradient flows through them.
/// </summary>
/// <param name="draftLength">K: row r of a batch is slot r mod K.</param>
/// <param name="share">How far this goes: 0 leaves all weights as they are, 1 gives a slot that is never reached none.</param>
internal sealed class ReachWeights(int draftLength, double share)
{
    private float[] _right = [];

    /// <summary>Makes room for the targets of a batch.</summary>
    public void Begin(int count)
    {
        if (_right.Length < count)
            _right = new float[count];
    }

    /// <summary>Says how probable the right token of a target is; threads may do so for different targets.</summary>
    public void Set(int index, float probability) => _right[index] = Math.Clamp(probability, 0, 1);

    /// <summary>Weighs the gradients of all targets, [targets, hidden], when they are set.</summary>
    public void Apply(ReadOnlySpan<MaskTarget> targets, Span<float> gradient)
    {
        int width = gradient.Length / targets.Length;
        float reached = 1;
        for (int i = 0; i < targets.Length; i++)
        {
            int slot = targets[i].Row % draftLength;

            // Slot 0 is decided, whatever is predicted there.
            bool follows = i > 0 && slot > 1 && targets[i - 1].Row == targets[i].Row - 1;
            reached = follows ? reached * _right[i - 1] : 1;
            Span<float> row = gradient.Slice(i * width, width);
            Activations.Scale(row, (float)(1 - share + (share * reached)), row);
        }
    }
}
