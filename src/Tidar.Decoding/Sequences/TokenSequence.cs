using System.Runtime.InteropServices;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Strategies;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Sequences;

/// <summary>
/// One text being written: prompt and committed tokens, the cache that holds their keys and values, how its tokens are chosen and when it ends.
/// Strategies read and extend it; it knows nothing of how they draft.
/// </summary>
public sealed class TokenSequence : IDisposable
{
    private readonly List<int> _tokens;
    private readonly List<TokenLogProbability> _logProbabilities = [];
    private readonly LogProbabilityRow? _row;
    private readonly int _topLogProbabilities;
    private readonly List<DecodingStep>? _steps;

    /// <summary>Begins a sequence.</summary>
    /// <param name="cache">Its cache, owned by the sequence from here on. A length above 0 means that so many prompt tokens are in it already.</param>
    /// <param name="prompt">Prompt ids, at least one, fewer than <paramref name="contextLength"/>.</param>
    /// <param name="sampler">Chooses its tokens.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="contextLength">Most tokens, prompt included.</param>
    /// <param name="logProbabilityRow">Where log-probabilities are wanted: the row that computes them.</param>
    /// <param name="topLogProbabilities">How many alternatives to report with each.</param>
    /// <param name="reportsSteps">Whether to keep <see cref="LastStep"/>.</param>
    /// <param name="traced">Whether to keep <see cref="Steps"/>.</param>
    internal TokenSequence(
        KeyValueCache cache,
        ReadOnlySpan<int> prompt,
        Sampler sampler,
        StopConditions stop,
        int contextLength,
        LogProbabilityRow? logProbabilityRow = null,
        int topLogProbabilities = 0,
        bool reportsSteps = true,
        bool traced = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(prompt));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(prompt.Length, contextLength, nameof(prompt));
        _tokens = new List<int>(Math.Max(prompt.Length, cache.Capacity));
        _tokens.AddRange(prompt);
        PromptLength = prompt.Length;
        Cache = cache;
        Sampler = sampler;
        Stop = stop;
        ContextLength = contextLength;
        _row = logProbabilityRow;
        _topLogProbabilities = topLogProbabilities;
        _steps = traced ? [] : null;
        RecordsSteps = reportsSteps || traced;
    }

    /// <summary>Keys and values; its length is how many tokens have them committed.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>Chooses tokens from rows of logits.</summary>
    public Sampler Sampler { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Most tokens, prompt included.</summary>
    public int ContextLength { get; }

    /// <summary>Prompt and committed tokens. Valid until the next one is appended.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Committed tokens after the prompt. Valid until the next one is appended.</summary>
    public ReadOnlySpan<int> Generated => Tokens[PromptLength..];

    /// <summary>One entry for each generated token; empty where none were asked for.</summary>
    public IReadOnlyList<TokenLogProbability> LogProbabilities => _logProbabilities;

    /// <summary>Why the sequence ended; null while it goes on.</summary>
    public FinishReason? Finish { get; private set; }

    /// <summary>Drafted and accepted tokens so far.</summary>
    public AcceptanceStatistics Acceptance { get; } = new();

    /// <summary>Whether anyone will look at <see cref="LastStep"/> or <see cref="Steps"/>.</summary>
    internal bool RecordsSteps { get; }

    /// <summary>What the latest step did; null under strategies that draft nothing, and where nobody wants to know.</summary>
    public DecodingStep? LastStep { get; private set; }

    /// <summary>What every step did, in order; null unless a trace is wanted.</summary>
    public IReadOnlyList<DecodingStep>? Steps => _steps;

    /// <summary>The text so far and what may end it.</summary>
    internal StopConditions Stop { get; }

    /// <summary>Whether the most likely token of a row decides, whatever the other logits are.</summary>
    internal bool ChoosesByArgMax => _row is null && Sampler.ChoosesByArgMax;

    /// <summary>Most guesses that can matter behind the committed tokens: the pass that verifies them commits one token more.</summary>
    internal int DraftRoom => Math.Min(ContextLength - _tokens.Count, Stop.Remaining) - 1;

    /// <summary>The AR model's choice for <paramref name="position"/>.</summary>
    /// <param name="pass">The pass, which has the logits or the choice of <paramref name="row"/>.</param>
    /// <param name="row">The row at the position before.</param>
    /// <param name="position">Absolute position of the token being chosen.</param>
    public Decision Decide(SequencePass pass, int row, int position)
    {
        if (pass.TryGetChoice(row, out int token))
            return new Decision(token, null);
        Span<float> logits = pass.Logits(row);
        _row?.Set(logits);
        return Explain(Sampler.Choose(logits, position));
    }

    /// <summary>A guess for <paramref name="position"/>, chosen as <see cref="Decide"/> would from the mask row <paramref name="row"/>.</summary>
    public int Guess(SequencePass pass, int row, int position) =>
        pass.TryGetChoice(row, out int token) ? token : Sampler.Choose(pass.Logits(row), position);

    /// <summary>The candidates for <paramref name="position"/> of the mask row <paramref name="row"/> with their logits, as <see cref="Sampler.Candidates"/> gives them.</summary>
    /// <returns>What the logits have been divided by.</returns>
    internal float Candidates(SequencePass pass, int row, int position, Span<int> tokens, Span<float> logits)
    {
        if (!pass.TryGetCandidates(row, out ReadOnlySpan<int> likely, out ReadOnlySpan<float> theirs))
            return Sampler.Candidates(pass.Logits(row), position, tokens, logits);
        likely.CopyTo(tokens);
        theirs.CopyTo(logits);
        return 1;
    }

    /// <summary>As <see cref="Decide"/>, with the target mixed from the AR row and slot 0 of the mask block at the same position.</summary>
    public Decision DecideMixed(Span<float> autoregressive, Span<float> diffusion, double beta, int position)
    {
        _row?.Set(autoregressive);
        return Explain(Sampler.ChooseMixed(autoregressive, diffusion, beta, position));
    }

    /// <summary>As <see cref="Decide"/>, by the textbook rule: <paramref name="draft"/> if it is accepted, else a token drawn from what the row exceeds the draft's probabilities by.</summary>
    /// <param name="pass">The pass, which has the logits of <paramref name="row"/>.</param>
    /// <param name="row">The row at the position before.</param>
    /// <param name="position">Absolute position of the token being chosen.</param>
    /// <param name="draft">The drafted token.</param>
    /// <param name="draftProbabilities">What it was drawn from, [V]; empty where nothing else could have been drawn.</param>
    internal Decision DecideSpeculated(SequencePass pass, int row, int position, int draft, ReadOnlySpan<float> draftProbabilities)
    {
        Span<float> logits = pass.Logits(row);
        _row?.Set(logits);
        return Explain(Sampler.ChooseSpeculated(logits, position, draft, draftProbabilities));
    }

    /// <summary>Commits a token.</summary>
    /// <returns>False when the sequence ends with it.</returns>
    public bool Append(Decision decision)
    {
        if (Finish is not null)
            throw new InvalidOperationException("the sequence has ended");
        _tokens.Add(decision.Token);
        if (decision.LogProbability is { } logProbability)
            _logProbabilities.Add(logProbability);
        Finish = Stop.Accept(decision.Token) ?? (_tokens.Count == ContextLength ? FinishReason.Length : null);
        if (Finish is not null)
            Stop.Complete();
        return Finish is null;
    }

    /// <summary>Notes what a step did.</summary>
    public void Record(DecodingStep step)
    {
        LastStep = step;
        _steps?.Add(step);
    }

    /// <inheritdoc/>
    public void Dispose() => Cache.Dispose();

    private Decision Explain(int token) => new(token, _row is null ? null : new TokenLogProbability(token, _row.Of(token), _row.Top(_topLogProbabilities)));
}
