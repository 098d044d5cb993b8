using System.Diagnostics;
using Tidar.Decoding.Engine;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;

namespace Tidar.Evaluation.Comparison;

/// <summary>
/// Decodes the same prompts by every way, in rounds in which the ways take turns group by group, so that other work on the machine meets them alike. It knows
/// nothing of how results are shown.
/// </summary>
public sealed class ComparisonRunner
{
    private const int WarmUpTokens = 16;

    // Enough to know the likeliest outcomes; every way has them measured on the same texts.
    private const int SampledPrompts = 8;

    private readonly ComparisonRequest _request;
    private readonly ModelConfig _config;
    private readonly Func<DecodingEngine> _createEngine;
    private readonly Tokenizer? _tokenizer;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyList<DecodingWay> _ways;
    private readonly WayModel _model;

    /// <summary>Creates it; nothing runs yet.</summary>
    /// <param name="request">What to compare.</param>
    /// <param name="config">The model.</param>
    /// <param name="createEngine">Makes an engine on the model; every way has its own.</param>
    /// <param name="tokenizer">For texts and stop strings; null where only ids are wanted.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    public ComparisonRunner(ComparisonRequest request, ModelConfig config, Func<DecodingEngine> createEngine, Tokenizer? tokenizer = null, CancellationToken cancellation = default)
    {
        (_request, _config, _createEngine, _tokenizer, _cancellation) = (request, config, createEngine, tokenizer, cancellation);
        _ways = request.Selection.Ways;
        _model = new WayModel(config, request.Options.DraftLengthFor(config), LikelyOutcomes);
    }

    /// <summary>Groups of texts that all settings and rounds decode together.</summary>
    public int Runs => _request.Settings.Sum(s => _request.Repetitions * Groups(s) * _ways.Count);

    /// <summary>Measures every setting.</summary>
    /// <param name="progress">Is told how many of <see cref="Runs"/> are done, between passes that are measured.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IReadOnlyList<SettingResult> Run(Action<int>? progress = null)
    {
        int done = 0;
        return [.. _request.Settings.Select(setting => Measure(setting, () => progress?.Invoke(++done))).ToList()];
    }

    /// <summary>One prompt by every way, pass by pass.</summary>
    public IReadOnlyList<ShownText> Show()
    {
        int[] prompt = _request.Prompts[_request.ShownPrompt];
        return [.. _ways.Select(way => PassRecorder.Record(_createEngine(), way, prompt, OptionsOf(way, _request.ShownPrompt), _tokenizer, _cancellation))];
    }

    private int Groups(ComparisonSetting setting) => (_request.Prompts.Count + setting.Batch - 1) / setting.Batch;

    private GenerationOptions OptionsOf(DecodingWay way, int text)
    {
        GenerationOptions options = way.Options(_request.Options, _model);
        return options with { Sampling = options.Sampling with { Seed = unchecked(options.Sampling.Seed + (text % _request.Prompts.Count)) } };
    }

    private SettingResult Measure(ComparisonSetting setting, Action done)
    {
        IReadOnlyList<int[]> prompts = setting.Context is int context ? PaddedPrompts.Pad(_request.Prompts, context, _tokenizer is null ? null : _tokenizer.IsSpecial) : _request.Prompts;
        int groups = Groups(setting), texts = groups * setting.Batch;
        DecodingEngine[] engines = [.. _ways.Select(_ => _createEngine())];
        GroupRun[][][] runs = [.. _ways.Select(_ => Enumerable.Range(0, _request.Repetitions).Select(_ => new GroupRun[groups]).ToArray())];
        for (int way = 0; way < _ways.Count; way++)
            RunGroup(engines[way], prompts, 0, setting.Batch, i => Shortened(At(setting, OptionsOf(_ways[way], i))));
        for (int round = 0; round < _request.Repetitions; round++)
        {
            for (int group = 0; group < groups; group++)
            {
                for (int turn = 0; turn < _ways.Count; turn++)
                {
                    int way = (turn + round + group) % _ways.Count;
                    runs[way][round][group] = RunGroup(engines[way], prompts, group * setting.Batch, setting.Batch, i => At(setting, OptionsOf(_ways[way], i)));
                    done();
                }
            }
        }

        RoundMeasurement[][] rounds = [.. runs.Select(static way => way.Select(RoundMeasurement.Of).ToArray())];
        return new SettingResult(
            setting,
            texts,
            Spread.Of(prompts.Select(static p => (double)p.Length)),
            [.. _ways.Select((way, i) => new WayResult(way, rounds[i], rounds[0], Difference(runs[i], runs[0])))]);
    }

    // Behind a padded prompt a text may be over at once, and nothing would be measured.
    private static GenerationOptions At(ComparisonSetting setting, GenerationOptions options) => setting.Context is null ? options : options with { IgnoreEos = true };

    private static GenerationOptions Shortened(GenerationOptions options)
    {
        // Block diffusion's steps are made for the length of the answer.
        return options.Denoising.Steps is null ? options with { MaxTokens = Math.Min(WarmUpTokens, options.MaxTokens) } : options;
    }

    private GroupRun RunGroup(DecodingEngine engine, IReadOnlyList<int[]> prompts, int first, int count, Func<int, GenerationOptions> options)
    {
        long start = Stopwatch.GetTimestamp();
        List<DecodingSession> sessions = [];
        try
        {
            for (int i = first; i < first + count; i++)
                sessions.Add(engine.Start(prompts[i % prompts.Count], options(i), _tokenizer, reportsSteps: false));
            double[] firstTokens = new double[count];
            int early = 0;
            while (sessions.Exists(static s => s.Passes == 0))
            {
                // What texts with shorter prompts say meanwhile was not said in the time that is measured.
                int[] before = [.. sessions.Select(static s => s.Passes == 0 ? -1 : s.Sequence.Generated.Length)];
                Step(engine, sessions, start, firstTokens);
                early += sessions.Select((s, i) => before[i] < 0 ? 0 : s.Sequence.Generated.Length - before[i]).Sum();
            }

            double prefill = Stopwatch.GetElapsedTime(start).TotalSeconds, model = engine.ModelSeconds;
            long passes = engine.Passes;
            int shared = sessions.Sum(static s => s.Passes);
            while (sessions.Exists(static s => !s.IsFinished))
                Step(engine, sessions, start, firstTokens);
            return new GroupRun
            {
                Ids = [.. sessions.Select(static s => s.Sequence.Generated.ToArray())],
                Passes = sessions.Sum(static s => s.Passes),
                DecodedTokens = sessions.Sum(static s => s.Sequence.Generated.Length) - early,
                EnginePasses = engine.Passes - passes,
                TextPasses = sessions.Sum(static s => s.Passes) - shared,
                PrefillSeconds = prefill,
                FirstTokenSeconds = firstTokens,
                DecodeSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds - prefill,
                ModelSeconds = engine.ModelSeconds - model,
                Drafted = Counts(sessions, static s => s.Sequence.Acceptance.Drafted),
                Accepted = Counts(sessions, static s => s.Sequence.Acceptance.Accepted),
            };
        }
        finally
        {
            foreach (DecodingSession session in sessions)
                session.Dispose();
        }
    }

    private void Step(DecodingEngine engine, List<DecodingSession> sessions, long start, double[] firstTokens)
    {
        _cancellation.ThrowIfCancellationRequested();
        engine.Step(sessions);
        for (int i = 0; i < firstTokens.Length; i++)
        {
            if (firstTokens[i] == 0 && sessions[i].Sequence.Generated.Length > 0)
                firstTokens[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private delegate ReadOnlySpan<long> SlotCounts(DecodingSession session);

    private static long[] Counts(List<DecodingSession> sessions, SlotCounts counts)
    {
        List<long> sum = [];
        foreach (DecodingSession session in sessions)
        {
            // Drafts that are guesses alone stand behind a committed token: it takes the place of the decided one.
            ReadOnlySpan<long> own = counts(session);
            long[] all = session.Strategy == StrategyKind.Tidar ? own.ToArray() : [session.Sequence.Acceptance.Verifications, .. own];
            for (int i = 0; i < (own.IsEmpty ? 0 : all.Length); i++)
            {
                if (i == sum.Count)
                    sum.Add(0);
                sum[i] += all[i];
            }
        }

        return [.. sum];
    }

    // The first text of any round that is not the reference's, token for token.
    private static (int Text, int Token)? Difference(GroupRun[][] own, GroupRun[][] reference)
    {
        int[][] expected = [.. reference[0].SelectMany(static g => g.Ids)];
        foreach (GroupRun[] round in own)
        {
            int text = 0;
            foreach (int[] ids in round.SelectMany(static g => g.Ids))
            {
                int same = ids.AsSpan().CommonPrefixLength(expected[text]);
                if (same < Math.Max(ids.Length, expected[text].Length))
                    return (text, same);
                text++;
            }
        }

        return null;
    }

    // How far drafts are right on some of the prompts; outcome r means r accepted tokens, the decided one included.
    private int[] LikelyOutcomes()
    {
        WayModel unknown = new(_config, _request.Options.DraftLengthFor(_config));
        GenerationOptions options = DecodingWays.Sample.Options(_request.Options, unknown);
        GroupRun run = RunGroup(_createEngine(), _request.Prompts, 0, Math.Min(SampledPrompts, _request.Prompts.Count), _ => options);
        double Right(int slot) => slot < run.Drafted.Length && run.Drafted[slot] > 0 ? (double)run.Accepted[slot] / run.Drafted[slot] : 0;
        return [.. Enumerable.Range(1, unknown.DraftLength).OrderByDescending(r => Right(r - 1) - Right(r))];
    }
}
