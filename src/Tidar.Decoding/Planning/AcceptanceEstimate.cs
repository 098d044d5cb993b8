namespace Tidar.Decoding.Planning;

/// <summary>
/// How often drafts are right, learnt while decoding: for every length of a block and every slot, how often it was right where the one before it was. Old verifications fade, so that it follows the text.
/// What was rarely checked leans on what was known before the text, on how the text differs from that on the whole, and on the same slot of other block lengths.
/// </summary>
internal sealed class AcceptanceEstimate : IDraftAcceptance
{
    // Verifications after which one counts a third.
    private const double Memory = 32;

    // How many checks each of the three is worth.
    private const double Weight = 8;

    // No slot is quite certain.
    private const double Most = 0.995;

    private readonly AcceptanceEstimate? _shared;
    private readonly int[] _lengths;
    private readonly double[] _known;
    private readonly double[] _checked;
    private readonly double[] _right;
    private readonly double[] _slotChecked;
    private readonly double[] _slotRight;
    private readonly double[] _survival;
    private double _lift = 1;

    /// <summary>An estimate that knows nothing but a probability.</summary>
    /// <param name="lengths">Lengths of blocks; the last one is the longest.</param>
    /// <param name="prior">How likely a slot is right after a right one, before anything was seen.</param>
    public AcceptanceEstimate(int[] lengths, double prior)
    {
        int k = lengths[^1];
        _lengths = lengths;
        _known = new double[lengths.Length * k];
        Array.Fill(_known, prior);
        _checked = new double[_known.Length];
        _right = new double[_known.Length];
        _slotChecked = new double[k];
        _slotRight = new double[k];
        _survival = new double[k];
    }

    /// <summary>An estimate for a new text: begins with what others have taught, and teaches <paramref name="shared"/> in turn.</summary>
    public AcceptanceEstimate(AcceptanceEstimate shared)
        : this(shared._lengths, 0)
    {
        _shared = shared;
        for (int i = 0; i < _known.Length; i++)
            _known[i] = shared.Likely(i);
    }

    private int K => _lengths[^1];

    /// <summary>Takes in a verification.</summary>
    /// <param name="masks">Length of the block that the draft came from.</param>
    /// <param name="verified">Tokens checked.</param>
    /// <param name="accepted">Tokens that were right, d_0 included.</param>
    public void Record(int masks, int verified, int accepted)
    {
        const double Kept = 1 - (1 / Memory);
        int first = Option(masks) * K;
        for (int i = 0; i < _checked.Length; i++)
        {
            _checked[i] *= Kept;
            _right[i] *= Kept;
        }

        for (int slot = 1; slot < verified && slot <= accepted; slot++)
        {
            _checked[first + slot]++;
            if (slot < accepted)
                _right[first + slot]++;
        }

        Array.Clear(_slotChecked);
        Array.Clear(_slotRight);
        double right = Weight, expected = Weight;
        for (int i = 0; i < _checked.Length; i++)
        {
            _slotChecked[i % K] += _checked[i];
            _slotRight[i % K] += _right[i];
            right += _right[i];
            expected += _checked[i] * _known[i];
        }

        _lift = right / expected;
        _shared?.Record(masks, verified, accepted);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<double> Survival(int masks)
    {
        int first = Option(masks) * K;
        _survival[0] = 1;
        for (int slot = 1; slot < masks; slot++)
            _survival[slot] = _survival[slot - 1] * Likely(first + slot);
        return _survival.AsSpan(0, masks);
    }

    // Probability that a slot is right, given that the one before it is.
    private double Likely(int i)
    {
        int slot = i % K;
        double known = Math.Min(Most, _known[i] * _lift);
        double others = (_slotRight[slot] - _right[i] + (Weight * known)) / (_slotChecked[slot] - _checked[i] + Weight);
        return (_right[i] + (Weight * others)) / (_checked[i] + Weight);
    }

    private int Option(int masks)
    {
        int option = Array.IndexOf(_lengths, masks);
        ArgumentOutOfRangeException.ThrowIfNegative(option, nameof(masks));
        return option;
    }
}
