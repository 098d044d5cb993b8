using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Recipes;

/// <summary>Reads the recipes of adapters, as strictly as <see cref="RecipeReader"/> reads those of models.</summary>
public static class AdapterRecipeReader
{
    /// <summary>Settings that may change between a run and its continuation: they do not decide the weights.</summary>
    private static readonly string[] Free = ["output", "model", "evaluation.", "checkpoint."];

    /// <summary>PEFT's names of the modules that share an input, and so an A.</summary>
    private static readonly (LinearGroup Group, string[] Modules)[] Modules =
    [
        (LinearGroup.QueryKeyValue, ["q_proj", "k_proj", "v_proj"]),
        (LinearGroup.AttentionOutput, ["o_proj"]),
        (LinearGroup.GateUp, ["gate_proj", "up_proj"]),
        (LinearGroup.Down, ["down_proj"]),
    ];

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or says something wrong.</exception>
    public static AdapterRecipe Read(string path)
    {
        OrderedDictionary<string, string> settings = new(StringComparer.Ordinal);
        YamlFields top = new(YamlDocument.Load(path), path, null, settings);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        int steps = top.Integer("steps", 1, OptimizerRecipe.MostSteps);
        (AdamWSettings optimizer, LearningRateSchedule schedule) = OptimizerRecipe.Read(
            top.Required("optimizer"), steps, new AdamWSettings(WeightDecay: 0));
        YamlFields adapter = top.OrEmpty("adapter"), objective = top.OrEmpty("objective"), batch = top.OrEmpty("batch");
        YamlFields evaluation = top.OrEmpty("evaluation");
        (int every, int keep, StoredType type) = CheckpointRecipe.Read(top.OrEmpty("checkpoint"), steps, StoredType.BF16);
        int draftLength = adapter.Integer("draft_length", 2, ModelLimits.DraftLength, 8);
        AdapterRecipe recipe = new()
        {
            Source = path,
            Output = Path.GetFullPath(Path.Combine(folder, top.Text("output"))),
            Seed = (ulong)top.Integer("seed", 0, int.MaxValue, 0),
            Model = top.OptionalText("model") is { } model ? Path.GetFullPath(Path.Combine(folder, model)) : null,
            InitFrom = top.OptionalText("init_from") is { } initial ? Path.GetFullPath(Path.Combine(folder, initial)) : null,
            Data = [.. top.List("data").Select(entry => DataRecipeReader.Read(entry, folder))],
            Rank = adapter.Integer("rank", 1, ModelLimits.Width, 32),
            DraftLength = draftLength,
            Groups = ReadGroups(adapter),
            FirstLayer = adapter.Integer("first_layer", 0, ModelLimits.Layers, 0),
            LayerCount = adapter.Has("layers") ? adapter.Integer("layers", 1, ModelLimits.Layers) : null,
            SlotEmbeddings = adapter.Flag("slot_embeddings", fallback: true),
            FirstSlotWeight = objective.Number("first_slot_weight", 0, 1, 0),
            SlotDecay = objective.Number("slot_decay", 0.01, 1, 1),
            ReachShare = objective.Number("reach_share", 0, 1, 0),
            SoftShare = objective.Number("soft_share", 0, 1, 0),
            SoftTokens = objective.Integer("soft_tokens", 1, 1024, 16),
            Selector = top.Has("selector") ? AdapterSelectorRecipe.Read(top.Required("selector")) : null,
            DocumentsPerStep = batch.Integer("documents_per_step", 1, 1 << 16, 8),
            BlocksPerDocument = batch.Integer("blocks_per_document", 1, 1 << 16, 32),
            Rounds = batch.Integer("rounds", 1, 1 << 10, 1),
            DocumentTokens = batch.Integer("document_tokens", 4, 1 << 20, 1024),
            RowsPerPass = batch.Integer("rows_per_pass", draftLength, 1 << 20, Math.Max(draftLength, 1024)),
            Precision = top.Choice(
                "precision", TrainingPrecision.BFloat16, ("f32", TrainingPrecision.Float32), ("bf16", TrainingPrecision.BFloat16), ("int8", TrainingPrecision.Int8)),
            Optimizer = optimizer,
            Schedule = schedule,
            EvaluateEvery = evaluation.Integer("every", 0, OptimizerRecipe.MostSteps, 0),
            EvaluationDocuments = evaluation.Integer("documents", 1, 1 << 20, 16),
            CheckpointEvery = every,
            KeepCheckpoints = keep,
            FinalType = type,
            Settings = [.. settings.Where(s => !Free.Any(f => s.Key.StartsWith(f, StringComparison.Ordinal)))],
        };
        foreach (YamlFields fields in new[] { adapter, objective, batch, evaluation, top })
            fields.Finish();
        return recipe;
    }

    private static List<LinearGroup> ReadGroups(YamlFields adapter)
    {
        string all = string.Join(' ', Modules.SelectMany(static m => m.Modules));
        string[] names = (adapter.OptionalText("target_modules") ?? all).Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (names.FirstOrDefault(n => !Modules.Any(m => m.Modules.Contains(n))) is { } unknown)
            throw adapter.Error("target_modules", $"names out of {all}", unknown);
        List<LinearGroup> groups = [];
        foreach ((LinearGroup group, string[] modules) in Modules)
        {
            int named = modules.Count(names.Contains);
            if (named > 0 && named < modules.Length)
                throw adapter.Error("target_modules", $"{string.Join(", ", modules)} together, as they share a factor", string.Join(' ', names));
            if (named > 0)
                groups.Add(group);
        }

        return groups.Count > 0 ? groups : throw adapter.Error("target_modules", $"names out of {all}", "none");
    }
}
