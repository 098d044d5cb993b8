using Tidar.Kernels.Collectives;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Tests;
using Tidar.Training.Backpropagation;
using Tidar.Training.Distributed;
using Tidar.Training.Losses;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tests.Distributed;

public sealed class RankTests : IDisposable
{
    private const int Steps = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tidar")]
    [InlineData("tidar-random-mask")]
    [InlineData("ar")]
    public void Losses_weights_and_moments_have_the_same_bits_on_any_number_of_ranks(string objective)
    {
        // Seven passes: no number of ranks but one divides them.
        Recipe alone = Train(1, "one", objective);
        foreach (int ranks in new[] { 2, 3, 4 })
        {
            Recipe together = Train(ranks, $"ranks{ranks}", objective);
            TrainedFiles.AssertSame(alone.Output, together.Output, Steps);
        }
    }

    [Fact]
    public void A_run_goes_on_with_another_number_of_ranks_to_the_same_bits()
    {
        Recipe whole = Train(2, "whole", "tidar"), cut = Write("cut", "tidar");
        using CancellationTokenSource stop = new();
        Exception?[] ends = ThreadRanks.Run(4, ranks => Run(cut, ranks, stop: ranks.Rank == 3 ? stop : null));
        Assert.All(ends, e => Assert.IsType<OperationCanceledException>(e));
        Assert.Single(Directory.GetDirectories(Path.Combine(cut.Output, "checkpoints")));
        Assert.All(ThreadRanks.Run(3, ranks => Run(cut, ranks, resume: true)), Assert.Null);
        TrainedFiles.AssertSame(whole.Output, cut.Output, Steps);
    }

    [Fact]
    public void A_mistake_is_said_by_the_first_rank_alone()
    {
        Recipe diverging = Write("diverging", "tidar", learningRate: "10", extra: "  clip_norm: 0\n  final_learning_rate: 10\n  weight_decay: 10\n  warmup_steps: 0\n", steps: 20);
        AssertOneSpeaks(ThreadRanks.Run(3, ranks => Run(diverging, ranks)), "expected a loss of at most");
        AssertOneSpeaks(ThreadRanks.Run(2, ranks => Run(Write("none", "tidar"), ranks, resume: true)), "a checkpoint to resume from");
    }

    [Fact]
    public void Ranks_that_do_not_begin_the_same_run_are_refused()
    {
        Recipe[] recipes = [Write("a", "tidar"), Write("a", "tidar", learningRate: "0.004")];
        AssertOneSpeaks(ThreadRanks.Run(3, ranks => Run(recipes[ranks.Rank / 2], ranks)), "rank 2");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_weight_has_one_owner_and_ranks_own_about_the_same(int size)
    {
        using ParameterSet parameters = new(RandomModel.Config(layers: 3, vocabulary: 30_000));
        ParameterShards[] shards = [.. Enumerable.Range(0, size).Select(r => new ParameterShards(parameters, r, size))];
        Assert.Equal(Enumerable.Range(0, shards[0].PieceCount), shards.SelectMany(s => s.OwnPieces).Select(p => p.Index).Order());
        Assert.Equal(parameters.Count, shards.Sum(s => s.OwnCount));
        Assert.InRange(shards.Max(s => s.OwnCount), 0, 1.2 * parameters.Count / size);
        for (int b = 0; b < shards[0].Buckets.Count; b++)
        {
            // The parts of a bucket follow each other without a gap.
            long next = shards[0].Buckets[b].Slice.Start;
            foreach (ParameterShards shard in shards)
            {
                Assert.Equal(next, shard.Buckets[b].Own.Start);
                next += shard.Buckets[b].Own.Length;
            }

            Assert.Equal(shards[0].Buckets[b].Slice.Start + shards[0].Buckets[b].Slice.Length, next);
        }
    }

    [Fact]
    public void Gradients_leave_while_the_backward_pass_goes_on()
    {
        const int Layers = 6;
        using WorkerTeam team = new(1);
        using ParameterSet parameters = new(RandomModel.Config(layers: Layers));
        using TrainableDecoder decoder = new(team, parameters);
        Initialization.Run(parameters, seed: 1);
        decoder.Refresh();
        CountingRanks ranks = new();
        ParameterShards shards = new(parameters);
        using GradientExchange exchange = new(team, parameters, shards, ranks);
        exchange.BeginRound(senders: 1, isFirst: true);
        Watcher watcher = new(exchange, ranks);
        decoder.AddGradients(new TidarLayout(TrainingObjective.Tidar, 4, 1).Build([new TokenSequence([.. Enumerable.Range(2, 20)])]), new LossWeights(0.5, 0.5), watcher);
        Assert.Equal(shards.Buckets.Count, ranks.Exchanges);

        // Head, layers from the last to the first, embedding: none but the embedding waits for the end.
        Assert.Equal(Layers + 2, watcher.Sent.Count);
        Assert.Equal(watcher.Sent.Order(), watcher.Sent);
        Assert.True(watcher.Sent[^2] >= shards.Buckets.Count(b => b.Slice.Start >= parameters["model.layers.0.input_layernorm.weight"].Slice.Start));
        Assert.True(watcher.Sent.Distinct().Count() > Layers, string.Join(' ', watcher.Sent));
    }

    private static void AssertOneSpeaks(Exception?[] ends, string part)
    {
        Assert.Contains(part, Assert.IsType<InvalidInputException>(ends[0]).Message, StringComparison.Ordinal);
        Assert.All(ends[1..], e => Assert.IsType<OtherRankException>(e));
    }

    private Recipe Train(int size, string name, string objective)
    {
        Recipe recipe = Write(name, objective);
        Assert.All(ThreadRanks.Run(size, ranks => Run(recipe, ranks)), Assert.Null);
        return recipe;
    }

    private Recipe Write(string name, string objective, string learningRate = "0.003", string extra = "", int steps = Steps) =>
        TinyRecipe.Write(_folder, name, steps, objective, learningRate, extra, rows: 14, rowsPerPass: 2);

    // stop: cancels after the second step.
    private static void Run(Recipe recipe, ICollectives ranks, bool resume = false, CancellationTokenSource? stop = null)
    {
        using WorkerTeam team = new(1 + (ranks.Rank % 2));
        using Trainer trainer = Trainer.Create(recipe, team, resume, ranks);
        trainer.Run(p => StopAfter(p, stop), stop?.Token ?? CancellationToken.None);
        Assert.Equal(ranks.Rank == 0, trainer.ModelFolder is not null);
    }

    private static void StopAfter(TrainingProgress progress, CancellationTokenSource? stop)
    {
        if (progress.Step == 2)
            stop?.Cancel();
    }

    /// <summary>One rank that counts what it is asked for.</summary>
    private sealed class CountingRanks : ICollectives
    {
        public int Exchanges { get; private set; }

        public int Rank => 0;

        public int Size => 1;

        public CollectiveOperation StartExchange(Span<float> values, int[] counts, int senders, Span<float> received)
        {
            Exchanges++;
            return CollectiveOperation.Done;
        }

        public CollectiveOperation StartGather(Span<float> values, int[] counts) => CollectiveOperation.Done;

        public CollectiveOperation StartMerge(Span<byte> values) => CollectiveOperation.Done;

        public void Merge(Span<byte> values)
        {
            // Its own values are all there are.
        }

        public void Abort(int exitCode) => throw new NotSupportedException();

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    /// <summary>Notes how many exchanges have begun when a part of the backward pass is done.</summary>
    private sealed class Watcher(GradientExchange exchange, CountingRanks ranks) : IGradientListener
    {
        public List<int> Sent { get; } = [];

        public void Begin() => exchange.Begin();

        public void Finished(long start)
        {
            exchange.Finished(start);
            Sent.Add(ranks.Exchanges);
        }
    }
}
