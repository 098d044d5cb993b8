using System.Diagnostics;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>
/// Runs sessions on one model: a step plans all of them, runs one forward pass over all their rows, and lets each take in its logits. Where sessions draft with a
/// second model, its passes, shared as well, come before. What a session gets does not depend on the others. Not thread-safe, as the models are not.
/// </summary>
public sealed class DecodingEngine
{
    /// <summary>Most prompt rows of one sequence in one pass.</summary>
    public const int DefaultPrefillRows = 256;

    // A cache starts with room for this many tokens beyond the prompt and doubles when it is full.
    private const int FirstCacheTokens = 512;

    private readonly PassRunner _target;
    private readonly PassRunner? _drafting;
    private readonly List<DecodingSession> _active = [];
    private readonly List<PassMember> _members = [];
    private readonly LogProbabilityRow _logProbabilities;

    /// <summary>Creates it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="draft">Drafts for sessions of <see cref="StrategyKind.DraftModel"/>; null where there are none.</param>
    /// <param name="tokenizer">The model's, to compare the draft model's with; null compares the sizes of the vocabularies alone.</param>
    /// <exception cref="InvalidInputException">The draft model has another vocabulary.</exception>
    public DecodingEngine(ILanguageModel model, DraftModel? draft = null, Tokenizer? tokenizer = null)
    {
        draft?.RequireFit(model.Config, tokenizer);
        (Model, Draft) = (model, draft);
        _target = new PassRunner(model);
        _drafting = draft is null ? null : new PassRunner(draft.Model);
        _logProbabilities = new LogProbabilityRow(model.Config.VocabularySize);
    }

    /// <summary>The model.</summary>
    public ILanguageModel Model { get; }

    /// <summary>Drafts for sessions of <see cref="StrategyKind.DraftModel"/>; null where there are none.</summary>
    public DraftModel? Draft { get; }

    /// <summary>Chooses the steps of sessions whose mode is <see cref="TidarMode.Auto"/>; null takes the fused step.</summary>
    public Planner? Planner { get; init; }

    /// <summary>Forward passes run so far; every part of a prompt that is fed in several is one.</summary>
    public long Passes => _target.Passes;

    /// <summary>Seconds spent in the model, and the draft model, so far: forward passes and what was asked of their rows. The rest of a step is planning, sampling and keeping account.</summary>
    public double ModelSeconds => Stopwatch.GetElapsedTime(0, ModelTicks).TotalSeconds;

    private long ModelTicks => _target.ModelTicks + (_drafting?.ModelTicks ?? 0);

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
        DecodingPlan plan = new(options, Model.Config, Planner, Draft?.Model.Config);
        plan.CheckPrompt(prompt);
        if (options.Stop.Count > 0 && tokenizer is null)
            throw new InvalidInputException("decoding options", "stop", "a model with a tokenizer", "none");
        StreamingDetokenizer? detokenizer = tokenizer?.CreateDetokenizer(skipSpecialTokens: true);
        StopConditions stop = new(options.IgnoreEos ? [] : Model.Config.EosTokenIds, options.MaxTokens, detokenizer, options.Stop);
        long capacity = Math.Min(plan.ContextLength, prompt.Length + plan.DraftLength + (long)Math.Min(options.MaxTokens, FirstCacheTokens));
        TokenSequence sequence = new(
            Model.CreateCache((int)capacity),
            prompt,
            plan.CreateSampler(prompt),
            stop,
            plan.ContextLength,
            options.LogProbabilities is null ? null : _logProbabilities,
            options.LogProbabilities ?? 0,
            reportsSteps,
            options.Trace);
        return new DecodingSession(sequence, plan, Model, Draft?.Model);
    }

    /// <summary>One forward pass for all sessions that have not finished.</summary>
    public void Step(IReadOnlyList<DecodingSession> sessions)
    {
        _active.Clear();
        for (int i = 0; i < sessions.Count; i++)
        {
            if (!sessions[i].IsFinished)
                _active.Add(sessions[i]);
        }

        Pass();
    }

    /// <summary>One forward pass for one session.</summary>
    public void Step(DecodingSession session)
    {
        _active.Clear();
        if (!session.IsFinished)
            _active.Add(session);
        Pass();
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

    private void Pass()
    {
        if (_active.Count == 0)
            return;
        long before = ModelTicks;
        if (_drafting is not null)
            RunDrafting(_drafting);
        _members.Clear();
        foreach (DecodingSession session in _active)
            _members.Add(session.Member);
        _target.Run(_members, PrefillRows);
        foreach (DecodingSession session in _active)
            session.Clock(ModelTicks - before);
    }

    // Passes of the draft model, each for all sessions that want one more token of a draft, until none does.
    private void RunDrafting(PassRunner drafting)
    {
        foreach (DecodingSession session in _active)
            session.Drafter?.Begin();
        while (true)
        {
            _members.Clear();
            foreach (DecodingSession session in _active)
            {
                if (session.Drafter is { IsDrafting: true })
                    _members.Add(session.DraftMember!);
            }

            if (_members.Count == 0)
                return;
            drafting.Run(_members, PrefillRows);
        }
    }
}
