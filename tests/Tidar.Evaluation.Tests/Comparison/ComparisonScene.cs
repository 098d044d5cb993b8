using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Evaluation.Comparison;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Evaluation.Tests.Comparison;

/// <summary>A small random model, three prompts, and all ways to decode them.</summary>
internal sealed class ComparisonScene : IDisposable
{
    public const int MaxTokens = 12;

    private readonly WorkerTeam _team = new(1);
    private readonly Transformer _model;

    public ComparisonScene()
    {
        _model = RandomModel.Create(Config, seed: 5, _team);
    }

    public static ModelConfig Config { get; } = RandomModel.Config(draftLength: 4, maxPositions: 200);

    public static IReadOnlyList<int[]> Prompts { get; } = [[1, 2, 3], [4, 5], [6, 7, 8, 9]];

    public static GenerationOptions Options { get; } = new() { MaxTokens = MaxTokens };

    public static ComparisonRequest Request { get; } = new()
    {
        Prompts = Prompts,
        Options = Options,
        Selection = WaySelection.Of(null, Options, Config),
        Repetitions = 2,
        ShownPrompt = 1,
    };

    public ILanguageModel Model => _model;

    public ComparisonRunner Runner(ComparisonRequest request, CancellationToken cancellation = default) => new(request, Config, () => new DecodingEngine(_model), null, cancellation);

    public ComparisonReport Report(ComparisonRequest request, string model = "random", IReadOnlyList<string>? notes = null)
    {
        ComparisonRunner runner = Runner(request);
        ProfileKey key = new("a processor", "vector", 1, ProfileKey.ShapeOf(Config), "f32", null, 4);
        ComparisonHeader header = new(model, null, 12345, key, DateTimeOffset.UnixEpoch, "tidar compare", "0.0.0");
        PassCostCurve costs = new(64, new(1, 4e11, 2e11, 1e11, 2e10), [new(1, 0.001, 0.0009, 0.0008, 0.0001), new(8, 0.002, 0.0015, 0.0008, 0.0008)]);
        return new ComparisonReport(header, request, notes ?? [], runner.Run(), costs, runner.Show());
    }

    public void Dispose()
    {
        _model.Dispose();
        _team.Dispose();
    }
}
