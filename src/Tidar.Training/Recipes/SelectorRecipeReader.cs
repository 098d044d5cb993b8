using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Weights;
using Tidar.Training.Optimizer;
using Tidar.Training.Selectors;

namespace Tidar.Training.Recipes;

/// <summary>Reads the recipes of path selectors, as strictly as <see cref="RecipeReader"/> reads those of models.</summary>
public static class SelectorRecipeReader
{
    private const int MostBlocks = 50_000_000;

    /// <summary>Settings that may change between a run and its continuation: they do not decide the weights.</summary>
    private static readonly string[] Free = ["output", "model", "adapter", "evaluation.", "checkpoint."];

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or says something wrong.</exception>
    public static SelectorRecipe Read(string path)
    {
        OrderedDictionary<string, string> settings = new(StringComparer.Ordinal);
        YamlFields top = new(YamlDocument.Load(path), path, null, settings);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        int steps = top.Integer("steps", 1, OptimizerRecipe.MostSteps);
        (AdamWSettings optimizer, LearningRateSchedule schedule) = OptimizerRecipe.Read(top.Required("optimizer"), steps, new AdamWSettings(WeightDecay: 0));
        YamlFields selector = top.OrEmpty("selector"), objective = top.OrEmpty("objective"), blocks = top.OrEmpty("blocks"), batch = top.OrEmpty("batch");
        YamlFields evaluation = top.OrEmpty("evaluation");
        (int every, int keep, StoredType type) = CheckpointRecipe.Read(top.OrEmpty("checkpoint"), steps, StoredType.F32);
        SelectorRecipe recipe = new()
        {
            Source = path,
            Output = Path.GetFullPath(Path.Combine(folder, top.Text("output"))),
            Seed = (ulong)top.Integer("seed", 0, int.MaxValue, 0),
            Model = Place("model"),
            Adapter = Place("adapter"),
            InitFrom = Place("init_from"),
            Data = [.. top.List("data").Select(entry => DataRecipeReader.Read(entry, folder))],
            Rank = ReadRank(selector),
            Candidates = ReadCandidates(selector),
            Predecessors = ReadPredecessors(selector),
            CopyLength = ReadCopyLength(selector),
            SlotDecay = objective.Number("slot_decay", 0.01, 1, 1),
            SoftShare = objective.Number("soft_share", 0, 1, 0),
            Blocks = blocks.Integer("count", 1, MostBlocks, 33_000),
            BlocksPerDocument = blocks.Integer("per_document", 1, 1 << 16, 16),
            Rounds = blocks.Integer("rounds", 1, 1 << 10, 1),
            DocumentTokens = blocks.Integer("document_tokens", 4, 1 << 20, 1024),
            BlocksPerStep = batch.Integer("blocks_per_step", 1, 1 << 16, 256),
            Optimizer = optimizer,
            Schedule = schedule,
            EvaluateEvery = evaluation.Integer("every", 0, OptimizerRecipe.MostSteps, 0),
            EvaluationDocuments = evaluation.Integer("documents", 1, 1 << 20, 16),
            CheckpointEvery = every,
            KeepCheckpoints = keep,
            FinalType = type,
            Settings = [.. settings.Where(s => !Free.Any(f => s.Key.StartsWith(f, StringComparison.Ordinal)))],
        };
        foreach (YamlFields fields in new[] { selector, objective, blocks, batch, evaluation, top })
            fields.Finish();
        return recipe;

        string? Place(string name) => top.OptionalText(name) is { } place ? Path.GetFullPath(Path.Combine(folder, place)) : null;
    }

    /// <summary>Reads a selector's rank.</summary>
    internal static int ReadRank(YamlFields selector) => selector.Integer("rank", 1, ModelLimits.Width, 64);

    /// <summary>Reads how many candidates of a slot a selector scores.</summary>
    internal static int ReadCandidates(YamlFields selector) => selector.Integer("candidates", 2, SelectorWeights.MostCandidates, 16);

    /// <summary>Reads how many tokens before a slot a selector looks at.</summary>
    internal static int ReadPredecessors(YamlFields selector) => selector.Integer("predecessors", 1, SelectorBlocks.TokensBefore + 1, 2);

    /// <summary>Reads how long a repetition of the text a selector looks for.</summary>
    internal static int ReadCopyLength(YamlFields selector) => selector.Integer("copy_length", 0, CopyMatches.Longest, 4);
}
