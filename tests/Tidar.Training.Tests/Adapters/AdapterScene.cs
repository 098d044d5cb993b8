using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Adapters;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Tests.Adapters;

/// <summary>A small base model, an adapter with random weights, and mask rows of two documents.</summary>
internal sealed class AdapterScene : IDisposable
{
    public const int DraftLength = 4;

    private static readonly int[][] Starts = [[3, 5, 6], [1, 9]];

    private readonly WorkerTeam _team;
    private readonly Transformer _transformer;
    private readonly FrozenDecoder _frozen;
    private readonly CleanHalf _clean;

    public AdapterScene(ModelArchitecture architecture, int threads = 2, bool slotEmbeddings = true, int firstLayer = 0, TrainingPrecision precision = TrainingPrecision.Float32, double reachShare = 0)
    {
        Config = RandomModel.Config(architecture, draftLength: DraftLength) with { Tidar = null };
        Checkpoint = Checkpoint.InMemory(Config, [.. RandomModel.Tensors(Config, seed: 5)]);
        _team = new WorkerTeam(threads);
        _transformer = Transformer.Load(Checkpoint, _team);
        _frozen = new FrozenDecoder(Checkpoint, _team, precision);
        _clean = new CleanHalf(_transformer);
        Parameters = new AdapterParameters(
            new AdapterShape(Config, 3, DraftLength, firstLayer, Config.LayerCount - firstLayer, [.. LinearModule.Groups], slotEmbeddings));
        Random random = new(7);
        foreach (Parameter parameter in Parameters.All)
        {
            foreach (ref float value in Parameters.Values(parameter.Slice))
                value = 0.5f * (random.NextSingle() - 0.5f);
        }

        Documents = [Document(random, 14), Document(random, 11)];
        Decoder = new MaskRowDecoder(_team, _frozen, Parameters, reachShare);
    }

    public ModelConfig Config { get; }

    public Checkpoint Checkpoint { get; }

    public AdapterParameters Parameters { get; }

    public MaskRowDecoder Decoder { get; }

    public PreparedDocument[] Documents { get; }

    public Transformer Transformer => _transformer;

    public WorkerTeam Team => _team;

    /// <summary>All blocks in one pass, with soft targets and a weight of each slot's own.</summary>
    public MaskBatch Batch()
    {
        IReadOnlyList<KeyValueCache> prefixes = _clean.Run(Documents, out IReadOnlyList<TokenDistribution?[]> targets, softTokens: 5, softShare: 0.4);
        MaskBatch batch = new(Parameters.Shape, Starts.Sum(s => s.Length));
        for (int d = 0; d < Documents.Length; d++)
        {
            int document = d;
            batch.Blocks.AddRange(Starts[d].Select(start => (Documents[document], start)));
            batch.Add(prefixes[d], Starts[d], (start, slot) =>
                start + slot < Documents[document].Tokens.Length && targets[document][start + slot] is { } target ? new MaskTarget(0, target, 1 + slot) : null);
        }

        return batch;
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { Decoder, _clean, _frozen, _transformer, Parameters, _team, Checkpoint })
            part.Dispose();
    }

    // The last tokens have targets: blocks reach past the end of both documents. Tokens repeat with a period of five.
    private PreparedDocument Document(Random random, int length)
    {
        int[] period = [.. Enumerable.Range(0, 5).Select(_ => random.Next(Config.VocabularySize))];
        return new PreparedDocument([.. Enumerable.Range(0, length).Select(i => period[i % period.Length])], [.. Enumerable.Range(0, length).Select(i => i >= 2)]);
    }
}
