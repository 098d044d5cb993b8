using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Tests.Planning;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Engine;

/// <summary>A pass allocates nothing once its buffers have grown.</summary>
public sealed class AllocationTests
{
    public static TheoryData<StrategyKind, TidarMode, WeightFormat, bool, float, int?> Cases => new()
    {
        { StrategyKind.Autoregressive, TidarMode.Auto, WeightFormat.Float32, false, 0, null },
        { StrategyKind.Autoregressive, TidarMode.Auto, WeightFormat.Int8, false, 0, null },
        { StrategyKind.Autoregressive, TidarMode.Auto, WeightFormat.Int4, false, 0, null },
        { StrategyKind.Tidar, TidarMode.Fused, WeightFormat.Int8, false, 0, null },
        { StrategyKind.Tidar, TidarMode.TwoPass, WeightFormat.BFloat16, false, 0, null },
        { StrategyKind.Tidar, TidarMode.Fused, WeightFormat.Int8, true, 0, null },
        { StrategyKind.Tidar, TidarMode.TwoPass, WeightFormat.Int8, true, 0.8f, null },
        { StrategyKind.Tidar, TidarMode.TwoPass, WeightFormat.Int8, true, 0.8f, 30 },
        { StrategyKind.Tidar, TidarMode.Fused, WeightFormat.Int8, false, 0, 60 },
        { StrategyKind.Tidar, TidarMode.Auto, WeightFormat.Int8, false, 0, null },
        { StrategyKind.DraftModel, TidarMode.Auto, WeightFormat.Int8, false, 0, null },
        { StrategyKind.DraftModel, TidarMode.Auto, WeightFormat.BFloat16, false, 0.8f, null },
        { StrategyKind.PromptLookup, TidarMode.Auto, WeightFormat.Int8, false, 0, null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoding_allocates_no_byte_a_pass(StrategyKind strategy, TidarMode mode, WeightFormat format, bool selects, float temperature, int? branches)
    {
        // One thread, so that every byte is counted on this one.
        using WorkerTeam team = new(1);
        ModelConfig config = RandomModel.Config(ModelArchitecture.Qwen3, layers: 2);
        using Transformer model = RandomModel.Create(config, 5, team, format: format, selector: selects ? RandomSelector.Create(config.HiddenSize, 2) : null);
        using Transformer draft = RandomModel.Create(RandomModel.Config(ModelArchitecture.Llama, layers: 1), 6, team);
        DecodingEngine engine = new(model, new DraftModel(draft)) { Planner = new Planner(TestCosts.Linear(row: 0.05), config) };
        GenerationOptions options = new() { Strategy = strategy, Mode = mode, Branches = branches, MaxTokens = 120, IgnoreEos = true, Sampling = new() { Temperature = temperature } };
        using DecodingSession session = engine.Start([3, 4, 5], options, reportsSteps: false);
        while (session.Passes < 12)
            engine.Step(session);
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (session.Passes < 24)
            engine.Step(session);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(session.IsFinished);
    }
}
