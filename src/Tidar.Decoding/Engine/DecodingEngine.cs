using System.Diagnostics;
using System.Runtime.InteropServices;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>
/// Runs sessions on one model: a step plans all of them, runs one forward pass over all their rows, and lets each take in its logits. What a session gets
/// does not depend on the others. Not thread-safe, as the model is not.
/// </summary>
/// <param name="model">The model.</param>
public sealed class DecodingEngine(ILanguageModel model)
{
    /// <summary>Most prompt rows of one sequence in one pass.</summary>
    public const int DefaultPrefillRows = 256;

    // Logits of as many sessions as fit into about 64 million numbers are computed together.
    private const int MostLogits = 1 << 26;

    // A cache starts with room for this many tokens beyond the prompt and doubles when it is full.
    private const int FirstCacheTokens = 512;

    private readonly RowBatch _batch = new();
    private readonly List<DecodingSession> _active = [];
    private readonly List<DecodingSession> _drafting = [];
    private readonly List<int> _rows = [];
    private readonly LogProbabilityRow _logProbabilities = new(model.Config.VocabularySize);
    private float[] _logits = [];
    private int[] _choices = [];
    private float[] _choiceLogits = [];
    private float[] _states = [];
    private long _modelTicks;

    /// <summary>The model.</summary>
    public ILanguageModel Model => model;

    /// <summary>Chooses the steps of sessions whose mode is <see cref="TidarMode.Auto"/>; null takes the fused step.</summary>
    public Planner? Planner { get; init; }

    /// <summary>Forward passes run so far; every part of a prompt that is fed in several is one.</summary>
    public long Passes { get; private set; }

    /// <summary>Seconds spent in the model so far: forward passes and what was asked of their rows. The rest of a step is planning, sampling and keeping account.</summary>
    public double ModelSeconds => Stopwatch.GetElapsedTime(0, _modelTicks).TotalSeconds;

    private int Vocabulary => model.Config.VocabularySize;

    /// <summary>Most prompt rows of one sequence in one pass; longer prompts take several, which count as one.</summary>
    public int PrefillRows { get; init; } = DefaultPrefillRows;

    /// <summary>Begins a text. The session is to be disposed of when it is done with.</summary>
    /// <param name="prompt">Prompt ids.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="tokenizer">For the text and its stop strings; null where only ids are wanted.</param>
    /// <param name="reportsSteps">Whether updates tell what was drafted and accepted. Without it, and without a trace, a pass allocates nothing.</param>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong.</exception>
    public DecodingSession Start(ReadOnlySpan<int> prompt, GenerationOptions options, Tokenizer? tokenizer = null, bool reportsSteps = true)
    {
        DecodingPlan plan = new(options, model.Config, Planner);
        plan.CheckPrompt(prompt);
        if (options.Stop.Count > 0 && tokenizer is null)
            throw new InvalidInputException("decoding options", "stop", "a model with a tokenizer", "none");
        StreamingDetokenizer? detokenizer = tokenizer?.CreateDetokenizer(skipSpecialTokens: true);
        StopConditions stop = new(options.IgnoreEos ? [] : model.Config.EosTokenIds, options.MaxTokens, detokenizer, options.Stop);
        long capacity = Math.Min(plan.ContextLength, prompt.Length + plan.DraftLength + (long)Math.Min(options.MaxTokens, FirstCacheTokens));
        TokenSequence sequence = new(
            model.CreateCache((int)capacity),
            prompt,
            plan.CreateSampler(prompt),
            stop,
            plan.ContextLength,
            options.LogProbabilities is null ? null : _logProbabilities,
            options.LogProbabilities ?? 0,
            reportsSteps,
            options.Trace);
        return new DecodingSession(sequence, plan, model);
    }

    /// <summary>One forward pass for all sessions that have not finished.</summary>
    public void Step(IReadOnlyList<DecodingSession> sessions)
    {
        Begin();
        int running = 0;
        for (int i = 0; i < sessions.Count; i++)
            running += sessions[i].IsFinished ? 0 : 1;
        for (int i = 0; i < sessions.Count; i++)
            Plan(sessions[i], running);
        Pass();
    }

    /// <summary>One forward pass for one session.</summary>
    public void Step(DecodingSession session)
    {
        Begin();
        Plan(session, 1);
        Pass();
    }

    private void Begin()
    {
        _batch.Clear();
        _active.Clear();
    }

    private void Plan(DecodingSession session, int running)
    {
        if (session.IsFinished)
            return;
        session.Plan(_batch, PrefillRows, running);
        _active.Add(session);
    }

    private void Pass()
    {
        if (_active.Count == 0)
            return;
        long before = _modelTicks, start = Stopwatch.GetTimestamp();
        model.Forward(_batch);
        _modelTicks += Stopwatch.GetTimestamp() - start;
        Passes++;
        GiveLogits(_active, drafts: false, static session => session.Commit());
        _drafting.Clear();
        foreach (DecodingSession session in _active)
        {
            if (!session.Pass.Wanted.IsEmpty)
                _drafting.Add(session);
        }

        GiveLogits(_drafting, drafts: true, static session => session.Draft());
        foreach (DecodingSession session in _active)
            session.Clock(_modelTicks - before);
    }

    /// <summary>Steps until all sessions have finished.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public void Run(IReadOnlyList<DecodingSession> sessions, CancellationToken cancellation = default)
    {
        do
        {
            cancellation.ThrowIfCancellationRequested();
            Step(sessions);
        }
        while (_active.Count > 0);
    }

    // Computes what the sessions want to know of their rows, for as many of them at a time as fit and want the same, and hands it over.
    private void GiveLogits(List<DecodingSession> sessions, bool drafts, Action<DecodingSession> take)
    {
        for (int first = 0, end; first < sessions.Count; first = end)
        {
            DecodingSession asked = sessions[first];
            bool selects = drafts && asked.Selector is not null;
            int candidates = selects ? asked.Selector!.Candidates : 1, hidden = model.Config.HiddenSize;
            _rows.Clear();
            for (end = first; end < sessions.Count && (end == first || (Fits(sessions[end]) && WantTheSame(asked, sessions[end]))); end++)
                _rows.AddRange(sessions[end].Pass.Wanted);
            long begun = Stopwatch.GetTimestamp();
            if (asked.ChoosesByArgMax)
                Choose(asked.Sequence.Sampler.Excluded, candidates);
            else
                Compute();
            if (selects)
                ReadStates();
            _modelTicks += Stopwatch.GetTimestamp() - begun;
            int start = 0;
            for (int i = first; i < end; i++)
            {
                SequencePass pass = sessions[i].Pass;
                int count = pass.Wanted.Length;
                ReadOnlyMemory<float> states = selects ? _states.AsMemory(start * hidden, count * hidden) : default;
                if (asked.ChoosesByArgMax)
                    pass.GiveChoices(_choices.AsMemory(start * candidates, count * candidates), _choiceLogits.AsMemory(start * candidates, count * candidates), states);
                else
                    pass.Give(_logits.AsMemory(start * Vocabulary, count * Vocabulary), states);
                start += count;
                take(sessions[i]);
            }
        }
    }

    private static bool WantTheSame(DecodingSession a, DecodingSession b) =>
        a.ChoosesByArgMax == b.ChoosesByArgMax && a.Selector == b.Selector && (!a.ChoosesByArgMax || a.Sequence.Sampler.Excluded == b.Sequence.Sampler.Excluded);

    private bool Fits(DecodingSession session) => (long)(_rows.Count + session.Pass.Wanted.Length) * Vocabulary <= MostLogits;

    private void Compute()
    {
        int length = _rows.Count * Vocabulary;
        if (_logits.Length < length)
            _logits = new float[length + (length / 4)];
        if (length > 0)
            model.Logits(CollectionsMarshal.AsSpan(_rows), _logits.AsSpan(0, length));
    }

    private void Choose(int excluded, int candidates)
    {
        int length = _rows.Count * candidates;
        if (_choices.Length < length)
            (_choices, _choiceLogits) = (new int[2 * length], new float[2 * length]);
        if (length > 0)
            model.Top(CollectionsMarshal.AsSpan(_rows), excluded, candidates, _choices.AsSpan(0, length), _choiceLogits.AsSpan(0, length));
    }

    private void ReadStates()
    {
        int length = _rows.Count * model.Config.HiddenSize;
        if (_states.Length < length)
            _states = new float[length + (length / 4)];
        model.HiddenStates(CollectionsMarshal.AsSpan(_rows), _states.AsSpan(0, length));
    }
}
