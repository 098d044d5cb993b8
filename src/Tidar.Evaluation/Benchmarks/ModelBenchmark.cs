using System.Diagnostics;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Evaluation.Benchmarks;

/// <summary>Measures passes of a model: steps behind a filled cache, the feeding of a prompt, and plain autoregressive decoding through the engine.</summary>
/// <param name="model">The model.</param>
/// <param name="meter">Measures passes beside the machine's limits.</param>
/// <param name="cancellation">Stops between two passes.</param>
public sealed class ModelBenchmark(Transformer model, Meter meter, CancellationToken cancellation)
{
    /// <summary>Tokens that are decoded before the measured ones.</summary>
    public const int WarmUpTokens = 8;

    private const int Seed = 7;
    private const int RoundTokens = 8;

    private ModelConfig Config => model.Config;

    /// <summary>Measures one step after another, each behind a cache of <paramref name="context"/> tokens.</summary>
    public IEnumerable<BenchmarkRow> Steps(IEnumerable<StepLayout> layouts, int context, int? repetitions)
    {
        using PassProbe probe = new(model, context, cancellation);
        double? single = null;
        foreach (StepLayout layout in layouts)
        {
            BenchmarkRow row = Step(layout, probe, repetitions);
            single ??= layout.Slots == 1 ? row.Timing.Median : null;
            yield return row with { RelativeCost = row.Timing.Median / single };
        }
    }

    /// <summary>Measures how long the engine takes from a prompt to its first token.</summary>
    public BenchmarkRow Prefill(int tokens, int? repetitions)
    {
        int[] prompt = RandomTokens(tokens);
        DecodingEngine engine = new(model);
        GenerationOptions options = AutoregressiveOptions(maxTokens: 1);
        (Timing timing, List<MeasuredRound> rounds) = meter.Measure(
            () =>
            {
                using DecodingSession session = engine.Start(prompt, options);
                while (session.Passes == 0)
                    engine.Step(session);
            },
            repetitions);

        PassCost cost = default;
        using KeyValueCache cache = model.CreateCache(tokens);
        RowBatch batch = new();
        for (int first = 0; first < tokens; first += engine.PrefillRows)
        {
            int rows = Math.Min(engine.PrefillRows, tokens - first);
            cache.Length = first;
            batch.Clear();
            for (int i = 0; i < rows; i++)
                batch.AddClean(cache, prompt[first + i], first + i);
            cost += PassCost.Of(model, batch.Rows, first + rows == tokens ? [[rows - 1]] : [], cache);
        }

        return new BenchmarkRow(tokens, timing, cost) { Rounds = rounds, TokensPerSecond = tokens / timing.Median };
    }

    /// <summary>Measures greedy autoregressive decoding of <paramref name="tokens"/> tokens behind a prompt of <paramref name="context"/>.</summary>
    public BenchmarkRow Decode(int tokens, int context)
    {
        DecodingEngine engine = new(model);
        using DecodingSession session = engine.Start(RandomTokens(context), AutoregressiveOptions(WarmUpTokens + tokens + 1));
        while (session.Passes <= WarmUpTokens)
            engine.Step(session);
        List<double> seconds = new(tokens);
        List<MeasuredRound> rounds = [];
        double bandwidth = meter.Sample();
        PassCost cost = default;
        RowBatch batch = new();
        long allocated = 0;
        for (int i = 0; i < tokens; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            KeyValueCache cache = session.Sequence.Cache;
            batch.Clear();
            batch.AddClean(cache, 0, cache.Length);
            cost += PassCost.Of(model, batch.Rows, [[0]], cache);
            long before = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
            engine.Step(session);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
            if ((i + 1) % RoundTokens != 0 && i + 1 != tokens)
                continue;
            rounds.Add(new MeasuredRound(bandwidth, Timing.Of([.. seconds.Skip(i / RoundTokens * RoundTokens)]).Median));
            bandwidth = meter.Sample();
        }

        double total = seconds.Sum();
        return new BenchmarkRow(1, Timing.Of(seconds), new PassCost(cost.Bytes / tokens, cost.LinearOperations / tokens, cost.AttentionOperations / tokens))
        {
            Rounds = rounds,
            TokensPerSecond = tokens / total,
            AllocatedBytesPerToken = (double)allocated / tokens,
        };
    }

    private BenchmarkRow Step(StepLayout layout, PassProbe probe, int? repetitions)
    {
        probe.Set(layout);
        IReadOnlyList<int[]> questions = layout.Questions();
        (Timing timing, List<MeasuredRound> rounds) = meter.Measure(
            () =>
            {
                probe.Forward();
                foreach (int[] rows in questions)
                    probe.Ask(rows);
            },
            repetitions);
        BenchmarkRow row = new(layout.Slots, timing, PassCost.Of(model, probe.Rows, questions, probe.Cache)) { Rounds = rounds, Logits = layout.Logits };
        return layout.Slots == 1 ? row with { TokensPerSecond = 1 / timing.Median } : row;
    }

    private int[] RandomTokens(int count)
    {
        Random random = new(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Config.VocabularySize))];
    }

    private static GenerationOptions AutoregressiveOptions(int maxTokens) =>
        new() { Strategy = StrategyKind.Autoregressive, MaxTokens = maxTokens, IgnoreEos = true };
}
