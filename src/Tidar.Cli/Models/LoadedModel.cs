using Tidar.Cli.Benchmarks;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Progress;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Kernels;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;

namespace Tidar.Cli.Models;

/// <summary>
/// The model of one command: opened and checked at once, its tokenizer read and its weights packed when they are first needed, so that a mistake in
/// the prompts is found before any of that takes time.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly MaskAdapter? _adapter;
    private readonly WeightFormat? _format;
    private readonly CommandContext _context;
    private readonly WorkerTeam _team;
    private readonly bool _ownsTeam;
    private Transformer? _transformer;

    /// <summary>A model over an opened checkpoint, which it disposes of.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="threads">Threads of the worker team.</param>
    /// <param name="format">Format of the weights in memory; null keeps every weight's exact value.</param>
    /// <param name="context">Where progress is shown.</param>
    /// <param name="adapter">Folder of an adapter for the model; null for none.</param>
    /// <exception cref="InvalidInputException">The adapter is malformed or does not fit the model.</exception>
    public LoadedModel(Checkpoint checkpoint, int threads, WeightFormat? format, CommandContext context, string? adapter = null)
        : this(checkpoint, format, context, ReadAdapter(adapter, checkpoint.Config), new WorkerTeam(threads), ownsTeam: true)
    {
    }

    /// <summary>A model that runs in turn with another one, on the same threads.</summary>
    /// <param name="checkpoint">The checkpoint, which it disposes of.</param>
    /// <param name="other">The other model, which is disposed of later.</param>
    /// <param name="format">Format of the weights in memory; null keeps every weight's exact value.</param>
    public LoadedModel(Checkpoint checkpoint, LoadedModel other, WeightFormat? format)
        : this(checkpoint, format, other._context, adapter: null, other._team, ownsTeam: false)
    {
    }

    private LoadedModel(Checkpoint checkpoint, WeightFormat? format, CommandContext context, MaskAdapter? adapter, WorkerTeam team, bool ownsTeam)
    {
        (_checkpoint, _format, _context, _adapter, _team, _ownsTeam) = (checkpoint, format, context, adapter, team, ownsTeam);
        Text = new ModelText(checkpoint);
    }

    /// <summary>Its shape.</summary>
    public ModelConfig Config => _adapter is null ? _checkpoint.Config : _adapter.Adapt(_checkpoint.Config);

    /// <summary>What costs measured with this model hold for.</summary>
    /// <param name="draftLength">K.</param>
    public ProfileKey KeyOf(int draftLength) => new(
        Processor.Name,
        BenchmarkOutput.NameOf(Processor.Tier),
        _team.Threads,
        ProfileKey.ShapeOf(Config),
        _format is WeightFormat format ? WeightsOption.NameOf(format) : "exact",
        _adapter?.Shape,
        draftLength);

    /// <summary>Format of its weights in memory; null where every weight keeps its exact value.</summary>
    public WeightFormat? Format => _format;

    /// <summary>Number of its weights.</summary>
    public long ParameterCount => _checkpoint.ParameterCount;

    /// <summary>Its tokenizer and chat template.</summary>
    public ModelText Text { get; }

    /// <summary>The model ready to run; packs the weights the first time.</summary>
    public Transformer Transformer => _transformer ??=
        LoadingView.Follow(_context, PackedWeights(), progress => Transformer.Load(_checkpoint, _team, _format, progress, _adapter));

    /// <summary>The model as one that drafts for another.</summary>
    public DraftModel ToDraft() => new(Transformer, Text.Tokenizer);

    /// <inheritdoc/>
    public void Dispose()
    {
        _transformer?.Dispose();
        if (_ownsTeam)
            _team.Dispose();
        _checkpoint.Dispose();
    }

    private static MaskAdapter? ReadAdapter(string? named, ModelConfig config) =>
        named is null ? null : MaskAdapter.Read(ModelLocator.FindAdapter(named), config);

    // Matrices but the embedding, and the LM head, which is packed from the embedding where it is tied.
    private long PackedWeights()
    {
        long embedding = (long)Config.VocabularySize * Config.HiddenSize;
        long matrices = DecoderLayout.Tensors(Config).Where(static t => t.Shape.Length == 2).Sum(static t => t.Shape[0] * t.Shape[1]);
        return Config.TiedEmbeddings ? matrices : matrices - embedding;
    }
}
