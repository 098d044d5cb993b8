using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Recipes;

/// <summary>Reads recipes. Unknown keys and values out of range are refused with the file, the key, what was expected and what was found.</summary>
public static class RecipeReader
{
    /// <summary>Settings that may change between a run and its continuation: they do not decide the weights.</summary>
    private static readonly string[] Free = ["output", "evaluation.", "checkpoint.", "activation_checkpointing"];

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or says something wrong.</exception>
    public static Recipe Read(string path)
    {
        OrderedDictionary<string, string> settings = new(StringComparer.Ordinal);
        YamlFields top = new(YamlDocument.Load(path), path, null, settings);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string output = Resolve(folder, top.Text("output"));
        ulong seed = (ulong)top.Integer("seed", 0, int.MaxValue, 0);
        string? initial = top.OptionalText("init_from");
        ModelConfig? model = ReadModel(top, initial);
        TokenizerRecipe tokenizer = ReadTokenizer(top, initial, folder);
        DataRecipe[] data = [.. top.List("data").Select(entry => DataRecipeReader.Read(entry, folder))];
        YamlFields objective = top.OrEmpty("objective");
        TrainingObjective kind = objective.Choice(
            "kind",
            TrainingObjective.Tidar,
            ("tidar", TrainingObjective.Tidar),
            ("tidar-random-mask", TrainingObjective.TidarRandomMask),
            ("ar", TrainingObjective.Autoregressive),
            ("block-diffusion", TrainingObjective.BlockDiffusion),
            ("masked-diffusion", TrainingObjective.MaskedDiffusion));
        int draftLength = objective.Integer("draft_length", 1, ModelLimits.DraftLength, 8);
        double alpha = objective.Number("alpha", 0, 1e6, 1);
        objective.Finish();
        (int rowTokens, int rowsPerStep, int rowsPerPass) = ReadBatch(top.Required("batch"));
        int steps = top.Integer("steps", 1, OptimizerRecipe.MostSteps);
        (AdamWSettings optimizer, LearningRateSchedule schedule) = OptimizerRecipe.Read(top.Required("optimizer"), steps, new AdamWSettings());
        TrainingPrecision precision = top.Choice(
            "precision", TrainingPrecision.BFloat16, ("bf16", TrainingPrecision.BFloat16), ("f32", TrainingPrecision.Float32));
        bool recomputes = top.Flag("activation_checkpointing", fallback: false);
        YamlFields evaluation = top.OrEmpty("evaluation");
        (int every, int keep, StoredType type) = CheckpointRecipe.Read(top.OrEmpty("checkpoint"), steps, StoredType.F32);
        Recipe recipe = new()
        {
            Source = path,
            Output = output,
            Seed = seed,
            InitialCheckpoint = initial is null ? null : Resolve(folder, initial),
            Model = model,
            Tokenizer = tokenizer,
            Data = data,
            Objective = kind,
            DraftLength = draftLength,
            Alpha = alpha,
            RowTokens = rowTokens,
            RowsPerStep = rowsPerStep,
            RowsPerPass = rowsPerPass,
            Precision = precision,
            ActivationCheckpointing = recomputes,
            Optimizer = optimizer,
            Schedule = schedule,
            EvaluateEvery = evaluation.Integer("every", 0, OptimizerRecipe.MostSteps, 0),
            EvaluationRows = evaluation.Integer("rows", 1, 1 << 20, 8),
            DraftRows = evaluation.Integer("draft_rows", 0, 1 << 20, 4),
            CheckpointEvery = every,
            KeepCheckpoints = keep,
            FinalType = type,
            Settings = [.. settings.Where(s => !Free.Any(f => s.Key.StartsWith(f, StringComparison.Ordinal)))],
        };
        evaluation.Finish();
        top.Finish();
        return recipe;
    }

    private static string Resolve(string folder, string path) => Path.GetFullPath(Path.Combine(folder, path));

    private static ModelConfig? ReadModel(YamlFields top, string? initial)
    {
        if (top.Optional("model") is not { } fields)
            return initial is not null ? null : throw top.Error("model", "the shape of a new model, or init_from", "neither");
        if (initial is not null)
            throw top.Error("model", "either model or init_from", "both");
        ModelArchitecture architecture = fields.Choice<ModelArchitecture>(
            "architecture", null, ("llama", ModelArchitecture.Llama), ("qwen2", ModelArchitecture.Qwen2), ("qwen3", ModelArchitecture.Qwen3));
        int hidden = fields.Integer("hidden_size", 2, ModelLimits.Width), heads = fields.Integer("num_attention_heads", 1, ModelLimits.Heads);
        ModelConfigRules.FieldNames names = new(
            "model.hidden_size", "model.num_attention_heads", "model.num_key_value_heads", "model.head_dim", "model.rope_theta");
        ModelConfig config = new()
        {
            Architecture = architecture,
            VocabularySize = 1,
            HiddenSize = hidden,
            IntermediateSize = fields.Integer("intermediate_size", 1, ModelLimits.Intermediate),
            LayerCount = fields.Integer("num_hidden_layers", 1, ModelLimits.Layers),
            HeadCount = heads,
            KeyValueHeadCount = fields.Integer("num_key_value_heads", 1, heads, heads),
            HeadDimension = fields.Has("head_dim")
                ? fields.Integer("head_dim", 2, ModelLimits.HeadDimension)
                : ModelConfigRules.DefaultHeadDimension(hidden, heads, top.Source, names),
            MaxPositions = fields.Integer("max_position_embeddings", 1, 1 << 24, 2048),
            NormEpsilon = (float)fields.Number("rms_norm_eps", 1e-12, 1, 1e-6),
            Rope = new RopeConfig { Theta = fields.Number("rope_theta", 1, 1e12, 10_000) },
            TiedEmbeddings = fields.Flag("tie_word_embeddings", fallback: true),
            QueryKeyValueBias = architecture == ModelArchitecture.Qwen2,
            QueryKeyNorm = architecture == ModelArchitecture.Qwen3,
        };
        fields.Finish();
        return ModelConfigRules.Checked(config, top.Source, names);
    }

    private static TokenizerRecipe ReadTokenizer(YamlFields top, string? initial, string folder)
    {
        YamlFields fields = top.OrEmpty("tokenizer");
        string? path = fields.OptionalText("path");
        string? end = fields.OptionalText("end_token"), mask = fields.OptionalText("mask_token");
        int? maskId = fields.Has("mask_token_id") ? fields.Integer("mask_token_id", 0, ModelLimits.Vocabulary - 1) : null;
        if (end is not null && end == mask)
            throw fields.Error("mask_token", "another token than the end token", mask);
        if (mask is not null && maskId is not null)
            throw fields.Error("mask_token_id", "either mask_token or mask_token_id", "both");
        int vocabulary = 0, sample = 0;
        if (path is null && initial is null)
        {
            if (maskId is not null)
                throw fields.Error("mask_token_id", "a tokenizer that exists (path or init_from)", "a new one");
            bool characters = fields.Flag("characters", fallback: false);
            vocabulary = characters ? 0 : fields.Integer("vocab_size", 258, ModelLimits.Vocabulary);
            sample = fields.Integer("sample_documents", 1, 100_000_000, 20_000);
        }

        fields.Finish();
        return new TokenizerRecipe(path is null ? null : Resolve(folder, path), vocabulary, sample, end, mask, maskId);
    }

    private static (int RowTokens, int RowsPerStep, int RowsPerPass) ReadBatch(YamlFields fields)
    {
        int tokens = fields.Integer("row_tokens", 2, 1 << 20), rows = fields.Integer("rows_per_step", 1, 1 << 20);
        int pass = fields.Integer("rows_per_pass", 1, rows, Math.Clamp(4096 / tokens, 1, rows));
        fields.Finish();
        return (tokens, rows, pass);
    }
}
