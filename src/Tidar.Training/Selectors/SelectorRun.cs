using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Training.Adapters;
using Tidar.Training.Checkpoints;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Optimizer;
using Tidar.Training.Recipes;

namespace Tidar.Training.Selectors;

/// <summary>Everything that the training of a path selector consists of, put together from its recipe: new, or from the run's own last checkpoint.</summary>
internal sealed class SelectorRun : IDisposable
{
    // Documents whose clean tokens go through the model together.
    private const int DocumentsTogether = 16;

    private readonly Checkpoint _checkpoint;
    private readonly CheckpointFolder _checkpoints;
    private readonly string _folder;
    private readonly TokenTable _table;
    private readonly TokenTable _heldOutTable;

    private SelectorRun(
        SelectorRecipe recipe, Checkpoint checkpoint, MaskAdapter? adapter, WorkerTeam team, WeightFormat? format, CollectionProgress progress, CancellationToken cancellation)
    {
        Recipe = recipe;
        _checkpoint = checkpoint;
        _folder = adapter?.Path ?? checkpoint.Path;
        _checkpoints = new CheckpointFolder(recipe.Output);
        ModelConfig config = adapter is null ? checkpoint.Config : adapter.Adapt(checkpoint.Config);
        TidarConfig tidar = config.Tidar!;
        SelectorShape shape = new(config.HiddenSize, recipe.Rank, Math.Min(recipe.Candidates, config.VocabularySize - 1), recipe.Predecessors, tidar.DraftLength - 1, recipe.CopyLength);
        WeightTensor embedding = checkpoint.Get("model.embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        HeldOut = new HeldOutDrafts(DrawHeldOut(tidar.MaskTokenId), shape, embedding);
        Blocks = new SelectorBlocks(recipe.Blocks, tidar.DraftLength, shape.Candidates, config.HiddenSize, exact: false);
        WeightFormat? drafting = format ?? Transformer.FastFormat(checkpoint);
        string key = BlockFile.Key(recipe, checkpoint, adapter, $"{drafting}");
        if (!BlockFile.TryRead(recipe.Output, key, HeldOut.Blocks, Blocks))
        {
            using Transformer model = Transformer.Load(checkpoint, team, drafting, adapter: adapter);
            Draft(model, tidar.MaskTokenId, progress, cancellation);
            BlockFile.Write(recipe.Output, key, HeldOut.Blocks, Blocks);
        }

        _table = new TokenTable(Blocks, embedding);
        _heldOutTable = new TokenTable(HeldOut.Blocks, embedding);
        Parameters = new SelectorParameters(shape);
        Optimizer = new AdamW(team, Parameters, recipe.Optimizer);
        Loss = new SelectorLoss(team, Parameters, Blocks, _table, recipe.SlotDecay, recipe.BlocksPerStep, recipe.SoftShare);
        HeldOutLoss = new SelectorLoss(team, Parameters, HeldOut.Blocks, _heldOutTable, recipe.SlotDecay, HeldOut.Blocks.Count);
    }

    public SelectorRecipe Recipe { get; }

    public SelectorParameters Parameters { get; }

    public AdamW Optimizer { get; }

    /// <summary>What is trained on.</summary>
    public SelectorBlocks Blocks { get; }

    public SelectorLoss Loss { get; }

    public HeldOutDrafts HeldOut { get; }

    public SelectorLoss HeldOutLoss { get; }

    /// <summary>Slots trained on.</summary>
    public long Slots { get; set; }

    /// <summary>Begins a run, or goes on from the last checkpoint of the recipe's output folder.</summary>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit; the output folder holds another run, or resuming, none.</exception>
    public static SelectorRun Create(
        SelectorRecipe recipe,
        Checkpoint checkpoint,
        MaskAdapter? adapter,
        WorkerTeam team,
        WeightFormat? format,
        bool resume,
        CollectionProgress progress,
        CancellationToken cancellation)
    {
        if (adapter is null && checkpoint.Config.Tidar is null)
            throw new InvalidInputException(checkpoint.Path, "tidar", "a model trained with TiDAR, or an adapter for it", "a plain autoregressive model");
        string? existing = new CheckpointFolder(recipe.Output).Latest;
        TrainingState? state = null;
        if (resume)
        {
            string folder = existing ?? throw new InvalidInputException(recipe.Source, "output", "a folder with a checkpoint to resume from", recipe.Output);
            state = TrainingStateFile.Read(Path.Combine(folder, TrainingStateFile.Name));
            state.CheckSettings(recipe.Source, recipe.Settings, folder);
        }
        else if (existing is not null)
        {
            throw new InvalidInputException(recipe.Source, "output", "a folder without checkpoints, or resuming", existing);
        }

        SelectorRun run = new(recipe, checkpoint, adapter, team, format, progress, cancellation);
        if (state is null)
        {
            if (recipe.InitFrom is { } initial)
                run.Parameters.Load(Path.Combine(initial, SelectorNames.TensorFile));
            else
                run.Parameters.Initialize(recipe.Seed);
            return run;
        }

        run.Parameters.Load(Path.Combine(existing!, SelectorNames.TensorFile));
        TrainingCheckpoint.ReadMoments(existing!, run.Parameters, run.Optimizer);
        run.Optimizer.Steps = state.Step;
        run.Slots = state.Tokens;
        return run;
    }

    /// <summary>Writes a checkpoint to resume from.</summary>
    public string Save() => _checkpoints.Write(Optimizer.Steps, Recipe.KeepCheckpoints, folder =>
    {
        SelectorWriter.Write(folder, Parameters.Shape.Candidates, Parameters.Tensors(), StoredType.F32);
        TrainingCheckpoint.WriteMoments(folder, Optimizer);
        TrainingStateFile.Write(Path.Combine(folder, TrainingStateFile.Name), new TrainingState(Optimizer.Steps, Slots, new DataPosition(0, 0), Recipe.Settings));
    });

    /// <summary>Puts the finished selector beside the adapter, or the model.</summary>
    /// <returns>The folder.</returns>
    public string SaveSelector()
    {
        SelectorWriter.Write(_folder, Parameters.Shape.Candidates, Parameters.Tensors(), Recipe.FinalType);
        return _folder;
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { Loss, HeldOutLoss, Optimizer, Parameters, HeldOut, Blocks, _table, _heldOutTable })
            part.Dispose();
    }

    private List<PreparedDocument> DrawHeldOut(int maskToken)
    {
        using PreparedDocuments documents = Open(CorpusSplit.HeldOut, maskToken);
        return [.. Enumerable.Range(0, Recipe.EvaluationDocuments).Select(_ => documents.Next())];
    }

    private PreparedDocuments Open(CorpusSplit split, int maskToken) => new(Recipe.Source, Recipe.Data, Recipe.Seed, split, _checkpoint, maskToken, Recipe.DocumentTokens);

    private void Draft(Transformer model, int maskToken, CollectionProgress progress, CancellationToken cancellation)
    {
        using BlockCollector collector = new(model, Recipe.SoftShare > 0 ? Blocks.Candidates : 0);
        using PreparedDocuments documents = Open(CorpusSplit.Train, maskToken);
        progress.Begin(HeldOut.Blocks.Capacity + Blocks.Capacity);
        HeldOut.Collect(collector, progress.Report, cancellation);
        while (Blocks.Count < Blocks.Capacity)
        {
            List<PreparedDocument> some = [];
            List<int> counts = [];
            List<ulong> seeds = [];
            for (int room = Blocks.Capacity - Blocks.Count; some.Count < DocumentsTogether && room > 0; room -= counts[^1])
            {
                seeds.Add(SplitMix64.Mix(Recipe.Seed + ((ulong)documents.Drawn << 20)));
                some.Add(documents.Next());
                counts.Add(Math.Min(some[^1].Starts().Length, Math.Min(room, Recipe.BlocksPerDocument)));
            }

            collector.Collect(some, new BlockWalk(some, counts, Recipe.Rounds, d => seeds[d]), Blocks, cancellation);
            progress.Report(HeldOut.Blocks.Count + Blocks.Count);
        }
    }
}
