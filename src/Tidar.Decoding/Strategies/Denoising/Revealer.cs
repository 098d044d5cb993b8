using Tidar.Kernels.Elementwise;

namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>Decides step by step which unknown tokens of a block become which: proposals come in, the step's best go out.</summary>
internal sealed class Revealer(DenoisingSettings settings, ITokenChooser chooser, int vocabularySize)
{
    private readonly RevealSchedule _schedule = settings.Schedule;
    private readonly List<Proposal> _proposals = [];
    private readonly List<Proposal> _revealed = [];
    private readonly float[] _row = new float[vocabularySize];
    private int _total;
    private int _blockStep;
    private int _step;

    /// <summary>A token proposed for a position, and how early it should be decided.</summary>
    internal readonly record struct Proposal(int Position, int Token, double Score);

    /// <summary>Begins a block with so many unknown tokens.</summary>
    public void Begin(int unknown) => (_total, _blockStep) = (unknown, 0);

    /// <summary>Takes the logits [V] of an unknown token.</summary>
    public void Propose(ReadOnlySpan<float> logits, int position)
    {
        logits.CopyTo(_row);
        int token = chooser.Choose(_row, _step, position);
        double score = settings.Order switch
        {
            RevealOrder.Margin => Margin(Probabilities(logits)),
            RevealOrder.Entropy => NegativeEntropy(Probabilities(logits)),
            RevealOrder.Random => chooser.Uniform(_step, position),
            RevealOrder.Origin => 1 - chooser.Uniform(_step, position),
            RevealOrder.LeftToRight => -position,
            _ => Probabilities(logits)[token],
        };
        _proposals.Add(new Proposal(position, token, score));
    }

    /// <summary>Ends the step.</summary>
    /// <returns>The tokens that are decided now; maybe none. Valid until the next step.</returns>
    public IReadOnlyList<Proposal> Reveal()
    {
        _revealed.Clear();
        if (settings.Order == RevealOrder.Origin && settings.Threshold is null)
        {
            // Each by itself, with the step's share as its probability; the last step takes all.
            double share = _schedule.Share(_blockStep);
            _revealed.AddRange(_proposals.Where(p => share >= 1 || 1 - p.Score < share));
        }
        else
        {
            int count = settings.Threshold is { } threshold ? Math.Max(1, _proposals.Count(p => p.Score > threshold)) : _schedule.Count(_blockStep, _total, _proposals.Count);
            _revealed.AddRange(_proposals.OrderByDescending(static p => p.Score).ThenBy(static p => p.Position).Take(count));
        }

        _proposals.Clear();
        _blockStep++;
        _step++;
        return _revealed;
    }

    // Scratch memory: gone with the next row.
    private Span<float> Probabilities(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_row);
        Softmax.Run(_row);
        return _row;
    }

    private static double Margin(Span<float> probabilities)
    {
        int best = Reduction.ArgMax(probabilities);
        float largest = probabilities[best];
        probabilities[best] = 0;
        return largest - Reduction.Max(probabilities);
    }

    private static double NegativeEntropy(ReadOnlySpan<float> probabilities)
    {
        const double Tiny = 1e-10;
        double sum = 0;
        foreach (float p in probabilities)
            sum += p * Math.Log(p + Tiny);
        return sum;
    }
}
