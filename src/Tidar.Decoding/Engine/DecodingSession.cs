using System.Diagnostics;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>One text on its way: its sequence, its strategy, and its parts in the passes. Driven by <see cref="DecodingEngine"/>.</summary>
public sealed class DecodingSession : IDisposable
{
    private readonly DecodingPlan _plan;
    private readonly PlannedPasses? _planned;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _prefilled;
    private long _finished;
    private long _prefillModelTicks;
    private long _decodeModelTicks;
    private int _reportedTokens;
    private int _reportedText;

    internal DecodingSession(TokenSequence sequence, DecodingPlan plan, ILanguageModel model, ILanguageModel? draft)
    {
        Sequence = sequence;
        _plan = plan;
        PathSelector? selector = plan.UsesPathSelector ? model.Selector : null;
        IStepPlanner? steps = plan.CreateSteps();
        _planned = (steps as PlannedSteps)?.Passes;
        IDrafter? drafter = plan.Speculation?.CreateDrafter(sequence, draft);
        IDecodingStrategy strategy = plan.CreateStrategy(sequence, steps, selector, drafter);
        Member = new PassMember(
            strategy,
            sequence.Cache,
            model.Config.VocabularySize,
            sequence.Sampler,
            sequence.ChoosesByArgMax && !plan.NeedsLogits,
            selector,
            selector?.Candidates ?? (plan.MayBranch ? TreeDrafter.DefaultCandidates : 1));
        Drafter = drafter as ModelDrafter;
        DraftMember = Drafter is null ? null
            : new PassMember(Drafter, Drafter.Cache, model.Config.VocabularySize, sequence.Sampler, sequence.Sampler.ChoosesByArgMax);
    }

    /// <summary>The tokens so far, and why they ended.</summary>
    public TokenSequence Sequence { get; }

    /// <summary>How it is written; never <see cref="StrategyKind.Auto"/>.</summary>
    public StrategyKind Strategy => _plan.Strategy;

    /// <summary>Whether the text has ended.</summary>
    public bool IsFinished => Sequence.Finish is not null;

    /// <summary>Forward passes so far. The prefill counts as one, in however many parts it was fed.</summary>
    public int Passes => Member.Passes;

    /// <summary>Forward passes of the draft model so far, which are in no other count; 0 without one.</summary>
    public int DraftPasses => DraftMember?.Passes ?? 0;

    /// <summary>What the user should know about the options, one line each.</summary>
    public IReadOnlyList<string> Warnings => _plan.Warnings;

    /// <summary>This sequence's part in the model's passes.</summary>
    internal PassMember Member { get; }

    /// <summary>Drafts with the draft model; null under other strategies.</summary>
    internal ModelDrafter? Drafter { get; }

    /// <summary>This sequence's part in the draft model's passes; null under other strategies.</summary>
    internal PassMember? DraftMember { get; }

    /// <summary>What has come since the last call, or since the beginning.</summary>
    public GenerationUpdate TakeUpdate()
    {
        int[] tokens = Sequence.Generated[_reportedTokens..].ToArray();
        string text = Sequence.Stop.Text?.From(_reportedText) ?? "";
        _reportedTokens += tokens.Length;
        _reportedText += text.Length;
        return new GenerationUpdate(Passes, tokens, text, Sequence.LastStep, IsFinished ? ToResult() : null);
    }

    /// <summary>The finished text.</summary>
    /// <exception cref="InvalidOperationException">It is not finished.</exception>
    public GenerationResult ToResult()
    {
        if (Sequence.Finish is not { } finish)
            throw new InvalidOperationException("the sequence has not ended");
        return new GenerationResult
        {
            PromptIds = Sequence.Tokens[..Sequence.PromptLength].ToArray(),
            Ids = Sequence.Generated.ToArray(),
            Text = Sequence.Stop.Text?.Text,
            Finish = finish,
            Strategy = _plan.Strategy,
            Mode = _plan.Strategy == StrategyKind.Tidar ? _plan.Mode : null,
            DraftLength = _plan.DraftLength,
            Passes = Passes,
            DraftPasses = DraftPasses,
            AcceptanceRule = _plan.Speculation?.Rule,
            PrefillSeconds = Stopwatch.GetElapsedTime(_start, _prefilled).TotalSeconds,
            DecodeSeconds = Stopwatch.GetElapsedTime(_prefilled, _finished).TotalSeconds,
            PrefillModelSeconds = Stopwatch.GetElapsedTime(0, _prefillModelTicks).TotalSeconds,
            DecodeModelSeconds = Stopwatch.GetElapsedTime(0, _decodeModelTicks).TotalSeconds,
            LogProbabilities = Sequence.LogProbabilities.Count > 0 ? Sequence.LogProbabilities : null,
            Steps = _plan.Drafts ? Sequence.Steps : null,
            Acceptance = Sequence.Acceptance,
            Planned = _planned,
            Warnings = Warnings,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sequence.Dispose();
        Drafter?.Dispose();
    }

    /// <summary>Takes the time after a pass, of which the model took <paramref name="modelTicks"/>.</summary>
    internal void Clock(long modelTicks)
    {
        if (_prefilled == 0)
            _prefillModelTicks += modelTicks;
        else
            _decodeModelTicks += modelTicks;
        if (Passes == 1 && _prefilled == 0)
            _prefilled = Stopwatch.GetTimestamp();
        if (IsFinished && _finished == 0)
            _finished = Stopwatch.GetTimestamp();
    }
}
