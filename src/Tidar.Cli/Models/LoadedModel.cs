using Tidar.Cli.Benchmarks;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Progress;
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
    private Transformer? _transformer;

    /// <summary>A model over an opened checkpoint, which it disposes of.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="threads">Threads of the worker team.</param>
    /// <param name="format">Format of the weights in memory; null keeps every weight's exact value.</param>
    /// <param name="context">Where progress is shown.</param>
    /// <param name="adapter">Folder of an adapter for the model; null for none.</param>
    /// <exception cref="InvalidInputException">The adapter is malformed or does not fit the model.</exception>
    public LoadedModel(Checkpoint checkpoint, int threads, WeightFormat? format, CommandContext context, string? adapter = null)
    {
        _checkpoint = checkpoint;
        _adapter = adapter is null ? null : MaskAdapter.Read(ModelLocator.FindAdapter(adapter), checkpoint.Config);
        _format = format;
        _context = context;
        _team = new WorkerTeam(threads);
        Text = new ModelText(_checkpoint);
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _transformer?.Dispose();
        _team.Dispose();
        _checkpoint.Dispose();
    }

    // Matrices but the embedding, and the LM head, which is packed from the embedding where it is tied.
    private long PackedWeights()
    {
        long embedding = (long)Config.VocabularySize * Config.HiddenSize;
        long matrices = DecoderLayout.Tensors(Config).Where(static t => t.Shape.Length == 2).Sum(static t => t.Shape[0] * t.Shape[1]);
        return Config.TiedEmbeddings ? matrices : matrices - embedding;
    }
}
