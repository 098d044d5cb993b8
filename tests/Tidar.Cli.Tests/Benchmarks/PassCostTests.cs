using Tidar.Cli.Commands;
using Tidar.Decoding.Planning;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Benchmarks;

public sealed class PassCostTests : IDisposable
{
    private readonly ModelConfig _config = RandomModel.Config();
    private readonly WorkerTeam _team = new(1);
    private readonly Transformer _model;
    private readonly KeyValueCache _cache;

    public PassCostTests()
    {
        _model = RandomModel.Create(_config, seed: 3, _team);
        _cache = _model.CreateCache(64);
    }

    private long Matrices => DecoderLayout.Tensors(_config)
        .Where(t => t.Shape.Length == 2 && t.Name != "model.embed_tokens.weight").Sum(t => t.Shape[0] * t.Shape[1]);

    private double PositionBytes => (double)_cache.Bytes / _cache.Capacity;

    public void Dispose()
    {
        _cache.Dispose();
        _model.Dispose();
        _team.Dispose();
    }

    [Fact]
    public void One_row_with_logits_reads_every_weight_once_and_uses_it_in_one_multiply_add()
    {
        PassCost cost = Cost(rows: 1, [[0]]);
        Assert.Equal(2 * Matrices, cost.LinearOperations);
        Assert.Equal(4L * _config.QueryWidth * _config.LayerCount, cost.AttentionOperations);
        Assert.Equal(_model.WeightBytes + (long)PositionBytes, cost.Bytes);
    }

    [Fact]
    public void Rows_without_logits_leave_the_last_layer_unfinished_and_the_head_unread()
    {
        long finish = ((long)_config.HiddenSize * _config.QueryWidth) + (3L * _config.HiddenSize * _config.IntermediateSize);
        long head = (long)_config.HiddenSize * _config.VocabularySize;
        PassCost cost = Cost(rows: 5, []);
        Assert.Equal(2 * 5 * (Matrices - finish - head), cost.LinearOperations);
        Assert.Equal(4L * _config.QueryWidth * (_config.LayerCount - 1) * (1 + 2 + 3 + 4 + 5), cost.AttentionOperations);

        // A second question for logits reads what the first one read.
        long once = Cost(rows: 5, [[0, 1]]).Bytes, twice = Cost(rows: 5, [[0], [1]]).Bytes;
        Assert.Equal(once - cost.Bytes, twice - once, tolerance: 1);
        Assert.Equal(Cost(rows: 5, [[0, 1]]).Operations, Cost(rows: 5, [[0], [1]]).Operations);
    }

    [Fact]
    public void The_fused_layout_is_K_drafts_and_a_block_for_each_outcome()
    {
        StepLayout layout = BenchCommand.Layout(12, tidar: true, logits: null);
        RowBatch batch = new();
        _cache.Length = 0;
        layout.AddTo(batch, _cache, new int[12]);
        Assert.Equal(3, layout.Blocks);
        Assert.Equal(9, batch.EphemeralCount);
        Assert.Equal([1, 2, 3, 1, 1, 1, 2, 2, 2, 3, 3, 3], batch.Rows.ToArray().Select(r => r.PrefixLength));
        Assert.Equal([0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5], batch.Rows.ToArray().Select(r => r.Position));
        Assert.Equal([[0, 1, 2], [9, 10, 11]], layout.Questions());
        Assert.Equal(layout.Positions, batch.Rows.ToArray().Max(r => r.Position) + 1);
    }

    [Fact]
    public void The_roofline_is_the_slower_of_memory_and_arithmetic()
    {
        MachineLimits limits = new(Threads: 1, Int8: 100, BFloat16: 1, Float32: 10, ReadBytes: 5);
        PassCost cost = new(Bytes: 50, LinearOperations: 1000, AttentionOperations: 20);
        Assert.Equal(12, limits.Roofline(cost, WeightFormat.Int8));
        Assert.Equal(102, limits.Roofline(cost, WeightFormat.BFloat16));
        Assert.Equal(20, limits.Roofline(cost with { Bytes = 100 }, WeightFormat.Int8));
        Assert.False(limits.IsMemoryBound(cost, WeightFormat.Int8));
        Assert.True(limits.IsMemoryBound(cost with { Bytes = 100 }, WeightFormat.Int8));
    }

    [Fact]
    public void The_median_is_the_middle_and_the_best_the_least()
    {
        Assert.Equal(new Timing(2.5, 1, 4), Timing.Of([4, 1, 3, 2]));
        Assert.Equal(new Timing(3, 1, 3), Timing.Of([5, 1, 3]));
    }

    private PassCost Cost(int rows, IReadOnlyList<int[]> logits)
    {
        RowBatch batch = new();
        _cache.Length = 0;
        for (int i = 0; i < rows; i++)
            batch.AddClean(_cache, 0, i);
        return PassCost.Of(_model, batch.Rows, logits, _cache);
    }
}
