using Tidar.Kernels.Elementwise;
using Tidar.Models;

namespace Tidar.Decoding.Sampling;

/// <summary>
/// Chooses the token of a position from a row of logits: argmax(log p + g), p being the row after the pipeline and g the noise of (seed, position, token);
/// at temperature 0 argmax alone. Knows the tokens before the row where penalties need them.
/// </summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly LogitsPipeline _pipeline;
    private readonly TokenHistory? _history;
    private float[] _mixed = [];
    private float[] _survivors = [];
    private double[] _best = [];

    /// <summary>Creates the sampler of one sequence.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="banned">A token that is never chosen, the mask token; -1 for none.</param>
    /// <param name="prompt">The prompt, which repetition penalties count.</param>
    /// <exception cref="InvalidInputException">An option is out of its range.</exception>
    public Sampler(SamplingOptions options, int vocabularySize, int banned, ReadOnlySpan<int> prompt)
    {
        options.Validate(vocabularySize);
        _options = options;
        _pipeline = new LogitsPipeline(options, vocabularySize, banned);
        Excluded = banned;
        _history = options.UsesHistory ? new TokenHistory(vocabularySize, prompt) : null;
    }

    /// <summary>Whether the choice is the largest raw logit but for <see cref="Excluded"/>, so that nobody need see the others.</summary>
    internal bool ChoosesByArgMax => _options.IsGreedy && _history is null && _pipeline.IsPlain;

    /// <summary>The token that is never chosen; -1 for none.</summary>
    internal int Excluded { get; }

    /// <summary>Tells that the next rows come after <paramref name="token"/> too.</summary>
    public void Push(int token) => _history?.Push(token);

    /// <summary>Takes back the last <paramref name="count"/> pushed tokens.</summary>
    public void Pop(int count)
    {
        for (int i = 0; i < count; i++)
            _history?.Pop();
    }

    /// <summary>The token for <paramref name="position"/>.</summary>
    /// <param name="logits">Raw logits [V]; used as scratch memory.</param>
    /// <param name="position">Absolute position of the token being chosen.</param>
    public int Choose(Span<float> logits, int position)
    {
        _pipeline.Adjust(logits, _history);
        if (_options.IsGreedy)
            return LogitsPipeline.Best(logits);
        _pipeline.Filter(logits);
        return ChooseFiltered(logits, position);
    }

    /// <summary>As <see cref="Choose"/> where it is not greedy; leaves in <paramref name="logits"/> the probabilities [V] that the token was drawn from.</summary>
    internal int ChooseAndNormalize(Span<float> logits, int position)
    {
        _pipeline.Adjust(logits, _history);
        _pipeline.Filter(logits);
        int token = ChooseFiltered(logits, position);
        Normalize(logits);
        return token;
    }

    /// <summary>The token for <paramref name="position"/> by <see cref="TextbookRule"/>, which a choice that is not greedy may follow instead.</summary>
    /// <param name="logits">Raw logits [V]; used as scratch memory.</param>
    /// <param name="position">Absolute position of the token being chosen.</param>
    /// <param name="draft">The token drafted for it.</param>
    /// <param name="draftProbabilities">What that was drawn from, [V]; empty where nothing else could have been drawn.</param>
    internal int ChooseSpeculated(Span<float> logits, int position, int draft, ReadOnlySpan<float> draftProbabilities)
    {
        Distribution(logits);
        return TextbookRule.Choose(logits, draft, draftProbabilities, _options.Seed, position);
    }

    /// <summary>
    /// The tokens that <see cref="Choose"/> would be likeliest to choose, the best first: by their logits after the pipeline and the noise of the position. Together with
    /// <see cref="AddNoise"/> they let something else than the logits alone decide.
    /// </summary>
    /// <param name="logits">Raw logits [V]; used as scratch memory.</param>
    /// <param name="position">Absolute position of the token being chosen.</param>
    /// <param name="tokens">Receives the tokens; -1 where there are fewer.</param>
    /// <param name="values">Receives their logits after the pipeline, without noise.</param>
    /// <returns>The temperature by which the logits have been divided; 1 where choices are greedy.</returns>
    public float Candidates(Span<float> logits, int position, Span<int> tokens, Span<float> values)
    {
        _pipeline.Adjust(logits, _history);
        if (!_options.IsGreedy)
            _pipeline.Filter(logits);
        if (_best.Length < tokens.Length)
            _best = new double[tokens.Length];
        Ranking ranking = new(tokens, _best.AsSpan(0, tokens.Length));
        GumbelNoise noise = new(_options.Seed, position);
        if (_options.IsGreedy || _pipeline.KeepsAll)
        {
            for (int i = 0; i < logits.Length; i++)
                ranking.Offer(i, logits[i], noise, _options.IsGreedy);
        }
        else
        {
            for (int i = 0; i < _pipeline.Count; i++)
                ranking.Offer(_pipeline.Survivor(i), logits[_pipeline.Survivor(i)], noise, withoutNoise: false);
        }

        for (int i = 0; i < tokens.Length; i++)
            values[i] = tokens[i] < 0 ? float.NegativeInfinity : logits[tokens[i]];
        return _options.IsGreedy ? 1 : _options.Temperature;
    }

    /// <summary>Adds to scores the noise that the choice at a position has; nothing where choices are greedy.</summary>
    /// <param name="tokens">The tokens; -1 for none.</param>
    /// <param name="scores">Their scores, up to a constant log-probabilities.</param>
    /// <param name="position">Absolute position of the token being chosen.</param>
    internal void AddNoise(ReadOnlySpan<int> tokens, Span<float> scores, int position)
    {
        if (_options.IsGreedy)
            return;
        GumbelNoise noise = new(_options.Seed, position);
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= 0)
                scores[i] += (float)GumbelNoise.FromBits(noise.Bits(tokens[i]));
        }
    }

    /// <summary>
    /// The token for <paramref name="position"/> when targets mix the two halves of the model: p = β·AR + (1-β)·diffusion, each after the pipeline.
    /// </summary>
    public int ChooseMixed(Span<float> autoregressive, Span<float> diffusion, double beta, int position)
    {
        if (_mixed.Length == 0)
            _mixed = new float[autoregressive.Length];
        Distribution(autoregressive);
        Distribution(diffusion);
        for (int i = 0; i < _mixed.Length; i++)
            _mixed[i] = (float)((beta * autoregressive[i]) + ((1 - beta) * diffusion[i]));
        if (_options.IsGreedy)
            return Reduction.ArgMax(_mixed);
        GumbelNoise noise = new(_options.Seed, position);
        NoisyArgMax winner = default;
        for (int i = 0; i < _mixed.Length; i++)
        {
            if (_mixed[i] > 0)
                winner.Offer(i, DeterministicMath.Log(_mixed[i]), noise);
        }

        return winner.Token;
    }

    // Probabilities after the pipeline, in place; 0 for tokens that do not survive.
    private void Distribution(Span<float> logits)
    {
        _pipeline.Adjust(logits, _history);
        _pipeline.Filter(logits);
        Normalize(logits);
    }

    // Probabilities of logits that have been filtered, in place.
    private void Normalize(Span<float> logits)
    {
        if (_pipeline.KeepsAll)
        {
            Softmax.Run(logits);
            _pipeline.ClearBanned(logits);
            return;
        }

        if (_survivors.Length == 0)
            _survivors = new float[logits.Length];
        Span<float> survivors = _survivors.AsSpan(0, _pipeline.Count);
        for (int i = 0; i < survivors.Length; i++)
            survivors[i] = logits[_pipeline.Survivor(i)];
        Softmax.Run(survivors);
        logits.Clear();
        for (int i = 0; i < survivors.Length; i++)
            logits[_pipeline.Survivor(i)] = survivors[i];
        _pipeline.ClearBanned(logits);
    }

    private int ChooseFiltered(ReadOnlySpan<float> logits, int position)
    {
        GumbelNoise noise = new(_options.Seed, position);
        return _pipeline.KeepsAll ? ChooseAmongAll(logits, noise) : ChooseAmongSurvivors(logits, noise);
    }

    private static int ChooseAmongAll(ReadOnlySpan<float> logits, GumbelNoise noise)
    {
        NoisyArgMax winner = default;
        winner.Offer(Reduction.ArgMax(logits), 0, noise);
        for (int i = 0; i < logits.Length; i++)
            winner.Offer(i, logits[i], noise);
        return winner.Token;
    }

    private int ChooseAmongSurvivors(ReadOnlySpan<float> logits, GumbelNoise noise)
    {
        NoisyArgMax winner = default;
        for (int i = 0; i < _pipeline.Count; i++)
            winner.Offer(_pipeline.Survivor(i), logits[_pipeline.Survivor(i)], noise);
        return winner.Token;
    }

    // The tokens of the largest log p + g so far, best first, the lower id first among equals.
    private readonly ref struct Ranking
    {
        private readonly Span<int> _tokens;
        private readonly Span<double> _scores;

        public Ranking(Span<int> tokens, Span<double> scores)
        {
            _tokens = tokens;
            _scores = scores;
            tokens.Fill(-1);
            scores.Fill(double.NegativeInfinity);
        }

        public void Offer(int token, double logProbability, GumbelNoise noise, bool withoutNoise)
        {
            ulong bits = withoutNoise ? 0 : noise.Bits(token);
            double last = _scores[^1];
            if (!(logProbability + (withoutNoise ? 0 : GumbelNoise.Bound(bits)) > last))
                return;
            double score = withoutNoise ? logProbability : logProbability + GumbelNoise.FromBits(bits);
            if (!(score > last))
                return;
            int place = _scores.Length - 1;
            for (; place > 0 && (score > _scores[place - 1] || (score == _scores[place - 1] && token < _tokens[place - 1])); place--)
                (_scores[place], _tokens[place]) = (_scores[place - 1], _tokens[place - 1]);
            (_scores[place], _tokens[place]) = (score, token);
        }
    }
}
