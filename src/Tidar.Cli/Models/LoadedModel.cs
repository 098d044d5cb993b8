using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models;
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
    private readonly WeightFormat? _format;
    private readonly WorkerTeam _team;
    private Transformer? _transformer;

    /// <summary>Opens what <paramref name="named"/> names; null is the embedded model.</summary>
    /// <exception cref="InvalidInputException">There is no such model, or it is malformed.</exception>
    public LoadedModel(string? named, int threads, WeightFormat? format)
    {
        _checkpoint = Checkpoint.Open(ModelLocator.Find(named));
        _format = format;
        _team = new WorkerTeam(threads);
        Text = new ModelText(_checkpoint);
    }

    /// <summary>Its shape.</summary>
    public ModelConfig Config => _checkpoint.Config;

    /// <summary>Its tokenizer and chat template.</summary>
    public ModelText Text { get; }

    /// <summary>The model ready to run; packs the weights the first time.</summary>
    public Transformer Transformer => _transformer ??= Transformer.Load(_checkpoint, _team, _format);

    /// <inheritdoc/>
    public void Dispose()
    {
        _transformer?.Dispose();
        _team.Dispose();
        _checkpoint.Dispose();
    }
}
