namespace Tidar.Decoding.Planning;

/// <summary>
/// What every step of TiDAR costs around one context length, ready for comparison with any acceptance. Lengths are chosen from a grid that is dense where short, so that long drafts do
/// not make planning slow.
/// </summary>
internal sealed class StepCosts
{
    /// <summary>A table serves a stretch of so many tokens.</summary>
    public const int Stretch = 128;

    private static readonly int[] Grid = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64];

    private readonly PassCosts _costs;
    private readonly double[] _verify;
    private readonly double[] _draft;
    private readonly double[] _next;
    private readonly ulong[] _likeliest;
    private readonly double[] _probability;
    private int _context = -1;
    private int _sessions;

    /// <summary>Creates it.</summary>
    /// <param name="costs">The measured costs.</param>
    /// <param name="draftLength">K: longest draft.</param>
    public StepCosts(PassCosts costs, int draftLength)
    {
        _costs = costs;
        Lengths = [.. Grid.Where(n => n < draftLength), draftLength];
        int count = Lengths.Length;
        _verify = new double[count * count * (count + 1)];
        _draft = new double[count];
        _next = new double[count];
        _likeliest = new ulong[draftLength + 1];
        _probability = new double[draftLength + 1];
    }

    /// <summary>Lengths of blocks and drafts that are compared; the last one is K.</summary>
    public int[] Lengths { get; }

    /// <summary>Seconds of an autoregressive pass, this sequence's share.</summary>
    public double Autoregressive { get; private set; }

    /// <summary>Brings the table to a context and a number of sequences that share the pass, each of which is taken to do the same.</summary>
    public void Move(int length, int sessions)
    {
        int context = length / Stretch;
        if (context == _context && sessions == _sessions)
            return;
        (_context, _sessions) = (context, sessions);
        double middle = (context + 0.5) * Stretch;
        Autoregressive = (_costs.Pass(sessions, 0, middle) + _costs.Question(sessions)) / sessions;
        for (int b = 0; b < Lengths.Length; b++)
        {
            int masks = Lengths[b];
            _next[b] = _costs.Question(sessions * (masks - 1)) / sessions;
            _draft[b] = (_costs.Pass(sessions, sessions * masks, middle) + _costs.Question(sessions * masks)) / sessions;
            for (int v = 0; v <= b; v++)
            {
                int verified = Lengths[v];
                double question = _costs.Question(sessions * verified);
                for (int n = 0; n <= v + 1; n++)
                    _verify[Index(b, v, n)] = (_costs.Pass(sessions * verified, sessions * Blocks(n) * masks, middle) + question) / sessions;
            }
        }
    }

    /// <summary>The best way to go on with drafting, given how far drafts of each length are right.</summary>
    /// <param name="acceptance">How often drafts are right.</param>
    public StepChoice Best(IDraftAcceptance acceptance)
    {
        StepChoice best = default;
        double rate = 0;
        for (int b = 0; b < Lengths.Length; b++)
        {
            ReadOnlySpan<double> survival = acceptance.Survival(Lengths[b]);
            for (int v = 1; v <= b; v++)
            {
                int verified = Lengths[v];
                double tokens = Rank(survival, verified);
                for (int n = 0; n <= v + 1; n++)
                {
                    StepChoice choice = Of(b, v, n, tokens);
                    if (choice.Rate > rate)
                        (best, rate) = (choice, choice.Rate);
                }
            }
        }

        return best;
    }

    /// <summary>Seconds that one more clean row adds to the verifying pass of a choice, this sequence's share of the pass.</summary>
    public double RowSeconds(StepChoice choice)
    {
        const int Rows = 8;
        double middle = (_context + 0.5) * Stretch, masks = _sessions * choice.Blocks * choice.Masks, now = _sessions * choice.Verified, more = _sessions * (choice.Verified + Rows);
        double seconds = _costs.Pass(more, masks, middle) - _costs.Pass(now, masks, middle) + _costs.Question(more) - _costs.Question(now);
        return Math.Max(0, seconds) / (_sessions * Rows);
    }

    /// <summary>What one way brings.</summary>
    /// <param name="acceptance">How often drafts are right.</param>
    /// <param name="masks">Masks of a block, one of <see cref="Lengths"/>.</param>
    /// <param name="verified">Checked tokens, one of <see cref="Lengths"/>, at most <paramref name="masks"/>.</param>
    /// <param name="outcomes">The outcomes that have a block, as bits.</param>
    public StepChoice Forecast(IDraftAcceptance acceptance, int masks, int verified, ulong outcomes)
    {
        ReadOnlySpan<double> survival = acceptance.Survival(masks);
        double tokens = 0, drafted = 0;
        int blocks = 0;
        for (int r = 1; r <= verified; r++)
        {
            tokens += survival[r - 1];
            if (((outcomes >> (r - 1)) & 1) == 0)
                continue;
            blocks++;
            drafted += Probability(survival, verified, r);
        }

        int b = Array.IndexOf(Lengths, masks);
        double middle = (_context + 0.5) * Stretch;
        double verify = (_costs.Pass(_sessions * verified, _sessions * blocks * masks, middle) + _costs.Question(_sessions * verified)) / _sessions;
        return Of(masks, verified, blocks, tokens, drafted, verify, b);
    }

    /// <summary>The likeliest outcomes of a choice, as many as it has blocks, as bits.</summary>
    public ulong Outcomes(IDraftAcceptance acceptance, StepChoice choice)
    {
        Rank(acceptance.Survival(choice.Masks), choice.Verified);
        return _likeliest[choice.Blocks];
    }

    // 0, then the lengths.
    private int Blocks(int n) => n == 0 ? 0 : Lengths[n - 1];

    private int Index(int b, int v, int n) => (((b * Lengths.Length) + v) * (Lengths.Length + 1)) + n;

    private StepChoice Of(int b, int v, int n, double tokens) =>
        Of(Lengths[b], Lengths[v], Blocks(n), tokens, _probability[Blocks(n)], _verify[Index(b, v, n)], b);

    // A verifying pass brings its tokens; with probability 1 - drafted no block fits, and a drafting pass follows, which brings one.
    private StepChoice Of(int masks, int verified, int blocks, double tokens, double drafted, double verify, int b)
    {
        double again = 1 - drafted;
        return new StepChoice(masks, verified, blocks, tokens + again, 1 + again, verify + (drafted * _next[b]) + (again * _draft[b]));
    }

    // Fills the likeliest outcomes and their probability for every number of blocks.
    private double Rank(ReadOnlySpan<double> survival, int verified)
    {
        double tokens = 0;
        ulong chosen = 0;
        _likeliest[0] = 0;
        _probability[0] = 0;
        for (int r = 1; r <= verified; r++)
            tokens += survival[r - 1];
        for (int n = 1; n <= verified; n++)
        {
            int best = 0;
            double most = -1;
            for (int r = 1; r <= verified; r++)
            {
                double p = Probability(survival, verified, r);
                if (((chosen >> (r - 1)) & 1) == 0 && p > most)
                    (best, most) = (r, p);
            }

            chosen |= 1UL << (best - 1);
            _likeliest[n] = chosen;
            _probability[n] = Math.Min(1, _probability[n - 1] + most);
        }

        return tokens;
    }

    // Outcome r: the first r tokens are right, the next one is not, or is not checked.
    private static double Probability(ReadOnlySpan<double> survival, int verified, int r) => survival[r - 1] - (r < verified ? survival[r] : 0);
}
