using System.Text.Json;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Files;
using Tidar.Models.Selectors;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights.Gguf;
using Tidar.Models.Weights.Safetensors;

namespace Tidar.Models.Weights.Inspection;

/// <summary>
/// Looks at a model folder, a GGUF file, or any single file of a checkpoint, and checks everything in it. What it is follows from its content, not its name,
/// where the two could differ.
/// </summary>
public static class CheckpointInspector
{
    // Fields that only one kind of file has, by which a JSON file of any name is told.
    private static readonly string[] ConfigurationFields = ["model_type", "architectures", "hidden_size", "num_hidden_layers"];
    private static readonly string[] TokenizerFields = ["model", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder"];

    /// <summary>Inspects <paramref name="path"/>; no weight is read.</summary>
    /// <exception cref="InvalidInputException">It is missing, malformed, not of a checkpoint, or its parts do not fit each other.</exception>
    public static InspectionReport Inspect(string path)
    {
        if (Directory.Exists(path))
            return Checkpoint.SingleGguf(path) is string inside ? InspectGguf(path, inside) : InspectFolder(path);
        if (!File.Exists(path))
            throw new InvalidInputException(path, null, "a model folder or a file of a checkpoint", "nothing there");
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return InspectSafetensors(path);
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return InspectJson(path);
        return GgufFile.IsGguf(path)
            ? InspectGguf(path, path)
            : throw new InvalidInputException(path, null, "a model folder, .gguf, .safetensors or .json file", "a file of another kind");
    }

    private static InspectionReport InspectFolder(string path)
    {
        if (File.Exists(Path.Combine(path, AdapterNames.ConfigFile)) && !File.Exists(Path.Combine(path, "config.json")))
            return InspectAdapter(path);
        using Checkpoint checkpoint = Checkpoint.Open(path);
        return new InspectionReport
        {
            Path = path,
            Kind = InspectedKind.Model,
            Config = checkpoint.Config,
            Tokenizer = checkpoint.HasTokenizer ? Describe(checkpoint.LoadTokenizer()) : null,
            Parameters = checkpoint.ParameterCount,
            Tensors = List(checkpoint.Tensors),
            Selector = SelectorWeights.Find(path, checkpoint.Config.HiddenSize),
        };
    }

    // Whether it fits a model is known with the model only.
    private static InspectionReport InspectAdapter(string path)
    {
        AdapterConfig config = AdapterConfig.Read(path);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(path, AdapterNames.TensorFile));
        return new InspectionReport
        {
            Path = path,
            Kind = InspectedKind.Adapter,
            DraftLength = config.DraftLength,
            Selector = SelectorWeights.Find(path, file.Get(config.MaskEmbedding).Columns),
            Parameters = file.Tensors.Sum(static t => t.ElementCount),
            Tensors = List(file.Tensors),
        };
    }

    private static InspectionReport InspectGguf(string path, string filePath)
    {
        using GgufFile file = GgufFile.Open(filePath);
        InspectionReport report = new()
        {
            Path = path,
            Kind = InspectedKind.Container,
            Parameters = file.Tensors.Sum(static t => t.ElementCount),
            Tensors = List(file.Tensors),
            Metadata = file.Metadata.Keys.ToDictionary(static k => k, file.Metadata.Show, StringComparer.Ordinal),
        };
        if (GgufConfigReader.IsBareContainer(file))
            return report;
        using Checkpoint checkpoint = Checkpoint.Open(filePath);
        return report with
        {
            Kind = InspectedKind.Model,
            Config = checkpoint.Config,
            Tokenizer = checkpoint.HasTokenizer ? Describe(checkpoint.LoadTokenizer()) : null,
            Parameters = checkpoint.ParameterCount,
        };
    }

    private static InspectionReport InspectSafetensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return new InspectionReport
        {
            Path = path,
            Kind = InspectedKind.Tensors,
            Parameters = file.Tensors.Sum(static t => t.ElementCount),
            Tensors = List(file.Tensors),
            Metadata = file.Metadata,
        };
    }

    private static InspectionReport InspectJson(string path)
    {
        using (JsonDocument document = InputFile.ReadJson(path))
        {
            JsonFields fields = JsonFields.Of(document, path);
            if (ConfigurationFields.Any(fields.IsWritten) || Path.GetFileName(path) == "config.json")
                return new InspectionReport { Path = path, Kind = InspectedKind.Configuration, Config = ModelConfigReader.Read(fields) };
            if (fields.IsWritten("weight_map") || path.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase))
                return InspectIndex(path);
            if (!TokenizerFields.Any(fields.IsWritten) && Path.GetFileName(path) != "tokenizer.json")
                throw new InvalidInputException(path, null, "a model configuration, an index of weights, or a tokenizer", "none of their fields");
        }

        return new InspectionReport { Path = path, Kind = InspectedKind.Tokenizer, Tokenizer = Describe(Tokenizer.Load(path)) };
    }

    private static InspectionReport InspectIndex(string path)
    {
        using ShardedTensors shards = ShardedTensors.OpenIndex(path);
        return new InspectionReport
        {
            Path = path,
            Kind = InspectedKind.Index,
            Parameters = shards.Tensors.Sum(static t => t.ElementCount),
            Tensors = List(shards.Tensors),
        };
    }

    private static InspectedTokenizer Describe(Tokenizer tokenizer) =>
        new(tokenizer.VocabularySize, tokenizer.AddedTokens.Count, tokenizer.AddedTokens.Count(static t => t.Special));

    private static InspectedTensor[] List(IEnumerable<WeightTensor> tensors) =>
        [.. tensors.Select(static t => new InspectedTensor(t.Name, t.DataType, t.Shape))];
}
