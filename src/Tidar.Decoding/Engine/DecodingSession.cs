using System.Diagnostics;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>One text on its way: its sequence, its strategy, and the count of passes it took part in. Driven by <see cref="DecodingEngine"/>.</summary>
public sealed class DecodingSession : IDisposable
{
    private readonly IDecodingStrategy _strategy;
    private readonly DecodingPlan _plan;
    private readonly PlannedPasses? _planned;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _prefilled;
    private long _finished;
    private long _prefillModelTicks;
    private long _decodeModelTicks;
    private int _reportedTokens;
    private int _reportedText;

    internal DecodingSession(TokenSequence sequence, DecodingPlan plan, ILanguageModel model)
    {
        Sequence = sequence;
        _plan = plan;
        Selector = plan.UsesPathSelector ? model.Selector : null;
        IStepPlanner? steps = plan.CreateSteps();
        _planned = (steps as PlannedSteps)?.Passes;
        _strategy = plan.CreateStrategy(sequence, steps, Selector);
        Pass = new SequencePass(sequence.Cache, model.Config.VocabularySize);
        ChoosesByArgMax = sequence.ChoosesByArgMax && !plan.NeedsLogits;
    }

    /// <summary>The tokens so far, and why they ended.</summary>
    public TokenSequence Sequence { get; }

    /// <summary>Whether the text has ended.</summary>
    public bool IsFinished => Sequence.Finish is not null;

    /// <summary>Forward passes so far. The prefill counts as one, in however many parts it was fed.</summary>
    public int Passes { get; private set; }

    /// <summary>What the user should know about the options, one line each.</summary>
    public IReadOnlyList<string> Warnings => _plan.Warnings;

    /// <summary>Whether the most likely token of a row is all it needs to know.</summary>
    internal bool ChoosesByArgMax { get; }

    /// <summary>Chooses among the candidates of its drafts; null where each slot takes its own choice.</summary>
    internal PathSelector? Selector { get; }

    /// <summary>This sequence's part of the pass.</summary>
    internal SequencePass Pass { get; }

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
        bool tidar = _plan.Strategy == StrategyKind.Tidar;
        return new GenerationResult
        {
            PromptIds = Sequence.Tokens[..Sequence.PromptLength].ToArray(),
            Ids = Sequence.Generated.ToArray(),
            Text = Sequence.Stop.Text?.Text,
            Finish = finish,
            Strategy = _plan.Strategy,
            Mode = tidar ? _plan.Mode : null,
            DraftLength = _plan.DraftLength,
            Passes = Passes,
            PrefillSeconds = Stopwatch.GetElapsedTime(_start, _prefilled).TotalSeconds,
            DecodeSeconds = Stopwatch.GetElapsedTime(_prefilled, _finished).TotalSeconds,
            PrefillModelSeconds = Stopwatch.GetElapsedTime(0, _prefillModelTicks).TotalSeconds,
            DecodeModelSeconds = Stopwatch.GetElapsedTime(0, _decodeModelTicks).TotalSeconds,
            LogProbabilities = Sequence.LogProbabilities.Count > 0 ? Sequence.LogProbabilities : null,
            Steps = tidar ? Sequence.Steps : null,
            Acceptance = Sequence.Acceptance,
            Planned = _planned,
            Warnings = Warnings,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Sequence.Dispose();

    internal void Plan(RowBatch batch, int prefillRows, int sessions)
    {
        Pass.Begin(batch, prefillRows, sessions);
        _strategy.Plan(Pass);
    }

    internal void Commit()
    {
        _strategy.Commit(Pass);
        if (!Pass.IsPartial)
            Passes++;
    }

    internal void Draft() => _strategy.Draft(Pass);

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
