using Tidar.Kernels.Collectives;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;
using Tidar.Training.Checkpoints;
using Tidar.Training.Data;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Distributed;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;
using Tidar.Training.Recipes;
using Tidar.Training.Tokenization;

namespace Tidar.Training;

/// <summary>
/// Everything that a run consists of, put together from its recipe: new, from a checkpoint to start from, or from the run's own last checkpoint.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private TrainingRun(Recipe recipe, WorkerTeam team, ICollectives ranks, Tokenizer tokenizer, ModelConfig config, Companions companions)
    {
        Recipe = recipe;
        Ranks = ranks;
        Tokenizer = tokenizer;
        Companions = companions;
        Parameters = new ParameterSet(config);
        Decoder = new TrainableDecoder(team, Parameters, recipe.Precision, recipe.ActivationCheckpointing);
        ParameterShards shards = new(Parameters, ranks.Rank, ranks.Size);
        Exchange = new GradientExchange(team, Parameters, shards, ranks);
        Optimizer = new AdamW(team, Parameters, recipe.Optimizer, shards, ranks, Exchange.Sums);
        Stop = new StopAgreement(ranks);
        int mask = config.Tidar?.MaskTokenId ?? config.Diffusion?.MaskTokenId ?? -1;
        Layout = new TidarLayout(recipe.Objective, recipe.DraftLength, mask);
        Stream = DocumentStream.Open(recipe, CorpusSplit.Train);
        Encoder = new DocumentEncoder(tokenizer, config.EosTokenIds[0], mask, recipe.Source);
        Packer = new RowPacker(Stream, Encoder, recipe.RowTokens);
        Checkpoints = new CheckpointFolder(recipe.Output);
    }

    public Recipe Recipe { get; }

    public Tokenizer Tokenizer { get; }

    public ParameterSet Parameters { get; }

    public TrainableDecoder Decoder { get; }

    public ICollectives Ranks { get; }

    public GradientExchange Exchange { get; }

    public AdamW Optimizer { get; }

    public StopAgreement Stop { get; }

    public TidarLayout Layout { get; }

    public RowPacker Packer { get; }

    public CheckpointFolder Checkpoints { get; }

    /// <summary>Clean tokens trained on.</summary>
    public long Tokens { get; set; }

    private Companions Companions { get; }

    private DocumentStream Stream { get; }

    private DocumentEncoder Encoder { get; }

    /// <summary>Begins a run.</summary>
    /// <exception cref="InvalidInputException">The recipe and what it names do not fit, or the output folder holds another run.</exception>
    public static TrainingRun Start(Recipe recipe, WorkerTeam team, ICollectives ranks)
    {
        if (new CheckpointFolder(recipe.Output).Latest is { } existing)
            throw new InvalidInputException(recipe.Source, "output", "a folder without checkpoints, or resuming", existing);
        using Checkpoint? initial = recipe.InitialCheckpoint is null ? null : Checkpoint.Open(recipe.InitialCheckpoint);
        Tokenizer tokenizer = TokenizerFactory.Create(recipe, initial);
        ModelConfig shape = initial?.Config ?? recipe.Model! with { VocabularySize = tokenizer.VocabularySize };
        if (tokenizer.VocabularySize > shape.VocabularySize)
        {
            throw new InvalidInputException(
                recipe.Source, "tokenizer.path", $"a tokenizer of at most {shape.VocabularySize} tokens, as many as {initial!.Path} has", $"{tokenizer.VocabularySize}");
        }

        ModelConfig config = Complete(recipe, shape, ref tokenizer);
        TrainingRun run = new(recipe, team, ranks, tokenizer, config, Companions.Of(recipe, initial));
        if (initial is null)
            Initialization.Run(run.Parameters, recipe.Seed);
        else
            run.Parameters.Load(initial);
        run.Decoder.Refresh();
        return run;
    }

    /// <summary>Goes on from the last checkpoint of the recipe's output folder.</summary>
    /// <exception cref="InvalidInputException">There is none, or it was made by another recipe.</exception>
    public static TrainingRun Resume(Recipe recipe, WorkerTeam team, ICollectives ranks)
    {
        string folder = new CheckpointFolder(recipe.Output).Latest
            ?? throw new InvalidInputException(recipe.Source, "output", "a folder with a checkpoint to resume from", recipe.Output);
        TrainingStateFile.Read(Path.Combine(folder, TrainingStateFile.Name)).CheckSettings(recipe.Source, recipe.Settings, folder);
        TrainingRun run = new(recipe, team, ranks, Tokenizer.Load(folder), ModelConfigReader.ReadFolder(folder), Companions.InFolder(folder));
        TrainingState state = TrainingCheckpoint.Read(folder, run.Parameters, run.Optimizer);
        run.Packer.MoveTo(state.Position);
        run.Tokens = state.Tokens;
        run.Decoder.Refresh();
        return run;
    }

    /// <summary>Rows of held-out text, the same at every evaluation.</summary>
    public List<List<TokenSequence>> HeldOutRows()
    {
        using DocumentStream stream = DocumentStream.Open(Recipe, CorpusSplit.HeldOut);
        RowPacker packer = new(stream, Encoder, Recipe.RowTokens);
        return [.. Enumerable.Range(0, Recipe.EvaluationRows).Select(_ => packer.Next())];
    }

    /// <summary>A number that is the same on ranks that begin the same run at the same step.</summary>
    public ulong Fingerprint()
    {
        // FNV-1a.
        ulong hash = 14695981039346656037;
        foreach (char letter in string.Join('\n', Recipe.Settings.Select(static s => $"{s.Key}={s.Value}").Append($"{Optimizer.Steps} {Packer.Position} {Parameters.Count}")))
            hash = (hash ^ letter) * 1099511628211;
        return hash;
    }

    /// <summary>Writes a checkpoint to resume from, with the data going on at <paramref name="position"/>.</summary>
    /// <returns>Its folder; null on other ranks than the first, which writes it.</returns>
    public string? Save(DataPosition position)
    {
        if (Ranks.Rank > 0)
        {
            TrainingCheckpoint.SendMoments(Optimizer);
            return null;
        }

        TrainingState state = new(Optimizer.Steps, Tokens, position, Recipe.Settings);
        return Checkpoints.Write(
            Optimizer.Steps,
            Recipe.KeepCheckpoints,
            folder => TrainingCheckpoint.Write(folder, Parameters, Optimizer, Tokenizer, Companions, state));
    }

    /// <summary>Writes the finished model.</summary>
    /// <returns>Its folder; null on other ranks than the first, which writes it.</returns>
    public string? SaveModel()
    {
        if (Ranks.Rank > 0)
            return null;
        string path = Path.Combine(Recipe.Output, "model");
        CheckpointFolder.Replace(path, folder => TrainingCheckpoint.WriteModel(folder, Parameters, Tokenizer, Companions, Recipe.FinalType));
        return path;
    }

    public void Dispose()
    {
        Stream.Dispose();
        Stop.Dispose();
        Optimizer.Dispose();
        Exchange.Dispose();
        Decoder.Dispose();
        Parameters.Dispose();
    }

    private static ModelConfig Complete(Recipe recipe, ModelConfig config, ref Tokenizer tokenizer)
    {
        if (recipe.RowTokens > config.MaxPositions)
            throw new InvalidInputException(recipe.Source, "batch.row_tokens", $"at most {config.MaxPositions}, the model's context", $"{recipe.RowTokens}");
        config = config with { EosTokenIds = SpecialTokens.Ends(recipe, config, tokenizer) };
        int mask = recipe.Objective.HasMasks ? SpecialTokens.Mask(recipe, config, ref tokenizer) : -1;
        config = config with { Tidar = null, Diffusion = null };
        if (!recipe.Objective.HasMasks)
            return config;
        return recipe.Objective.TrainsDrafts
            ? config with { Tidar = new TidarConfig(recipe.DraftLength, mask) }
            : config with
            {
                Diffusion = new DiffusionConfig(recipe.Objective == TrainingObjective.BlockDiffusion ? DiffusionKind.Block : DiffusionKind.Masked, recipe.DraftLength, mask),
            };
    }
}
