using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Training.Checkpoints;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Optimizer;
using Tidar.Training.Recipes;
using Tidar.Training.Selectors;

namespace Tidar.Training.Adapters;

/// <summary>Everything that the training of an adapter consists of, put together from its recipe: new, or from the run's own last checkpoint.</summary>
internal sealed class AdapterRun : IDisposable
{
    // In a checkpoint: the moments of the selector's optimizer.
    private const string SelectorFolder = "selector";

    private readonly Checkpoint _checkpoint;
    private readonly PreparedDocuments _documents;
    private readonly Transformer _transformer;
    private readonly FrozenDecoder _frozen;
    private readonly CheckpointFolder _checkpoints;

    private AdapterRun(AdapterRecipe recipe, Checkpoint checkpoint, WorkerTeam team, WeightFormat? format)
    {
        Recipe = recipe;
        _checkpoint = checkpoint;
        ModelConfig config = checkpoint.Config;
        AdapterShape shape = ShapeOf(recipe, config);
        _documents = Open(CorpusSplit.Train);
        _checkpoints = new CheckpointFolder(recipe.Output);
        _transformer = Transformer.Load(checkpoint, team, format);
        _frozen = new FrozenDecoder(checkpoint, team, recipe.Precision);
        Parameters = new AdapterParameters(shape);
        Clean = new CleanHalf(_transformer);
        Decoder = new MaskRowDecoder(team, _frozen, Parameters, recipe.ReachShare);
        Optimizer = new AdamW(team, Parameters, recipe.Optimizer);
        if (recipe.Selector is not { } selector)
            return;
        WeightTensor embedding = Embedding(), head = config.TiedEmbeddings ? embedding : checkpoint.Get("lm_head.weight", config.VocabularySize, config.HiddenSize);
        Selector = new SelectorTerm(
            team, selector.ShapeFor(config, recipe.DraftLength), selector.Optimizer(recipe.Optimizer), embedding, head, selector.Share, Math.Max(recipe.RowsPerPass / recipe.DraftLength, recipe.BlocksPerDocument));
    }

    public AdapterRecipe Recipe { get; }

    public AdapterParameters Parameters { get; }

    public CleanHalf Clean { get; }

    public MaskRowDecoder Decoder { get; }

    public AdamW Optimizer { get; }

    /// <summary>The path selector that is trained as well; null for none.</summary>
    public SelectorTerm? Selector { get; }

    /// <summary>Mask rows trained on.</summary>
    public long Rows { get; set; }

    /// <summary>Documents used up.</summary>
    public DataPosition Position => new(_documents.Drawn, 0);

    /// <summary>Begins a run.</summary>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit, or the output folder holds another run.</exception>
    public static AdapterRun Start(AdapterRecipe recipe, Checkpoint checkpoint, WorkerTeam team, WeightFormat? format)
    {
        if (new CheckpointFolder(recipe.Output).Latest is { } existing)
            throw new InvalidInputException(recipe.Source, "output", "a folder without checkpoints, or resuming", existing);
        AdapterRun run = new(recipe, checkpoint, team, format);
        if (recipe.InitFrom is { } initial)
            run.Parameters.Adopt(initial);
        else
            run.Parameters.Initialize(run.Embedding(), recipe.Seed);
        run.Decoder.Refresh();
        if (run.Selector is not { } selector)
            return run;

        // An adapter that has a selector brings it along.
        if (recipe.InitFrom is { } folder && SelectorWeights.Find(folder, checkpoint.Config.HiddenSize) is not null)
            selector.Parameters.Load(Path.Combine(folder, SelectorNames.TensorFile));
        else
            selector.Parameters.Initialize(recipe.Seed);
        return run;
    }

    /// <summary>Goes on from the last checkpoint of the recipe's output folder.</summary>
    /// <exception cref="InvalidInputException">There is none, or it was made by another recipe.</exception>
    public static AdapterRun Resume(AdapterRecipe recipe, Checkpoint checkpoint, WorkerTeam team, WeightFormat? format)
    {
        string folder = new CheckpointFolder(recipe.Output).Latest
            ?? throw new InvalidInputException(recipe.Source, "output", "a folder with a checkpoint to resume from", recipe.Output);
        TrainingState state = TrainingStateFile.Read(Path.Combine(folder, TrainingStateFile.Name));
        state.CheckSettings(recipe.Source, recipe.Settings, folder);
        AdapterRun run = new(recipe, checkpoint, team, format);
        run.Parameters.Load(folder);
        TrainingCheckpoint.ReadMoments(folder, run.Parameters, run.Optimizer);
        run.Optimizer.Steps = state.Step;
        if (run.Selector is { } selector)
        {
            selector.Parameters.Load(Path.Combine(folder, SelectorNames.TensorFile));
            TrainingCheckpoint.ReadMoments(Path.Combine(folder, SelectorFolder), selector.Parameters, selector.Optimizer);
            selector.Optimizer.Steps = state.Step;
        }

        run._documents.SkipTo(state.Position.Documents);
        run.Rows = state.Tokens;
        run.Decoder.Refresh();
        return run;
    }

    /// <summary>The next document in which a block can begin.</summary>
    public PreparedDocument Next() => _documents.Next();

    /// <summary>Held-out documents, the same at every evaluation.</summary>
    public List<PreparedDocument> HeldOut()
    {
        using PreparedDocuments documents = Open(CorpusSplit.HeldOut);
        return [.. Enumerable.Range(0, Recipe.EvaluationDocuments).Select(_ => documents.Next())];
    }

    /// <summary>Writes a checkpoint to resume from, with the data going on at <paramref name="position"/>.</summary>
    public string Save(DataPosition position)
    {
        TrainingState state = new(Optimizer.Steps, Rows, position, Recipe.Settings);
        return _checkpoints.Write(Optimizer.Steps, Recipe.KeepCheckpoints, folder =>
        {
            WriteAdapter(folder, StoredType.F32);
            TrainingCheckpoint.WriteMoments(folder, Optimizer);
            if (Selector is not null)
                TrainingCheckpoint.WriteMoments(Directory.CreateDirectory(Path.Combine(folder, SelectorFolder)).FullName, Selector.Optimizer);
            TrainingStateFile.Write(Path.Combine(folder, TrainingStateFile.Name), state);
        });
    }

    /// <summary>Writes the finished adapter.</summary>
    public string SaveAdapter()
    {
        string path = Path.Combine(Recipe.Output, "adapter");
        CheckpointFolder.Replace(path, folder => WriteAdapter(folder, Recipe.FinalType));
        return path;
    }

    public void Dispose()
    {
        foreach (IDisposable? part in new IDisposable?[] { _documents, Optimizer, Decoder, Clean, _frozen, _transformer, Parameters, Selector })
            part?.Dispose();
    }

    /// <summary>The model's embedding, [vocabulary, hidden].</summary>
    public WeightTensor Embedding() => _checkpoint.Get("model.embed_tokens.weight", _checkpoint.Config.VocabularySize, _checkpoint.Config.HiddenSize);

    private PreparedDocuments Open(CorpusSplit split) => new(Recipe.Source, Recipe.Data, Recipe.Seed, split, _checkpoint, maskToken: -1, Recipe.DocumentTokens);

    private static AdapterShape ShapeOf(AdapterRecipe recipe, ModelConfig config)
    {
        int count = recipe.LayerCount ?? Math.Max(1, config.LayerCount - recipe.FirstLayer);
        if (recipe.FirstLayer + count > config.LayerCount)
        {
            throw new InvalidInputException(
                recipe.Source, "adapter.layers", $"layers inside the model's {config.LayerCount}", $"{count} from layer {recipe.FirstLayer} on");
        }

        return new AdapterShape(config, recipe.Rank, recipe.DraftLength, recipe.FirstLayer, count, recipe.Groups, recipe.SlotEmbeddings);
    }

    private void WriteAdapter(string folder, StoredType type)
    {
        AdapterShape shape = Parameters.Shape;
        string[] modules = [.. shape.Groups.SelectMany(g => LinearModule.Of(g, shape.Model)).Select(static m => m.ShortName)];
        bool all = shape.LayerCount == shape.Model.LayerCount;
        int[]? layers = all ? null : [.. Enumerable.Range(shape.FirstLayer, shape.LayerCount)];
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(_checkpoint.Path));
        AdapterWriter.Write(folder, name, shape.Rank, shape.DraftLength, modules, layers, Parameters.Tensors(), type);
        if (Selector is not null)
            SelectorWriter.Write(folder, Selector.Parameters.Shape.Candidates, Selector.Parameters.Tensors(), type);
    }
}
