using System.Globalization;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;

namespace Tidar.Models.Adapters;

/// <summary>
/// A low-rank adapter that acts on mask rows only (docs/adapters.md), read from a folder in PEFT's layout with <c>tidar.json</c> beside it and checked against
/// the model it is for. Modules and layers without factors are left as they are.
/// </summary>
public sealed class MaskAdapter
{
    private readonly Dictionary<(int Layer, LinearGroup Group), LowRankFactors> _factors;

    private MaskAdapter(
        string path, AdapterConfig config, float[] maskEmbedding, Dictionary<(int Layer, LinearGroup Group), LowRankFactors> factors, SelectorWeights? selector)
    {
        Path = path;
        Config = config;
        MaskEmbedding = maskEmbedding;
        _factors = factors;
        Selector = selector;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What its files say.</summary>
    public AdapterConfig Config { get; }

    /// <summary>K.</summary>
    public int DraftLength => Config.DraftLength;

    /// <summary>What its cost depends on, in words: K, and how many groups of linear layers have factors, of what rank in all.</summary>
    public string Shape => string.Create(CultureInfo.InvariantCulture, $"K{DraftLength}, {_factors.Count} groups, ranks {_factors.Values.Sum(static f => f.Rank)}");

    /// <summary>What mask rows start from, [draft length, hidden] or [1, hidden].</summary>
    public float[] MaskEmbedding { get; }

    /// <summary>Chooses among the candidates of the adapted model's drafts; null where the folder has none.</summary>
    public SelectorWeights? Selector { get; }

    /// <summary>The factors of a group of linear layers; null where it has none.</summary>
    public LowRankFactors? Find(int layer, LinearGroup group) => _factors.GetValueOrDefault((layer, group));

    /// <summary>The adapted model's configuration: it drafts, and no entry of the vocabulary is needed for it.</summary>
    public ModelConfig Adapt(ModelConfig config) => config with { Tidar = new TidarConfig(DraftLength, config.Tidar?.MaskTokenId ?? TidarConfig.NoMaskToken) };

    /// <summary>Reads an adapter for a model of the given shape.</summary>
    /// <exception cref="InvalidInputException">A file is missing or malformed, or does not fit the model.</exception>
    public static MaskAdapter Read(string folder, ModelConfig model)
    {
        AdapterConfig config = AdapterConfig.Read(folder);
        using SafetensorsFile file = SafetensorsFile.Open(System.IO.Path.Combine(folder, AdapterNames.TensorFile));
        Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);
        foreach (WeightTensor tensor in file.Tensors)
        {
            if (!tensors.TryAdd(Normalize(tensor.Name), tensor))
                throw new InvalidInputException(file.Path, tensor.Name, "one tensor of the name", "two");
        }

        float[] embedding = ReadMaskEmbedding(tensors, config, model, file.Path);
        Dictionary<(int Layer, LinearGroup Group), LowRankFactors> factors = [];
        for (int layer = 0; layer < model.LayerCount; layer++)
        {
            foreach (LinearGroup group in LinearModule.Groups)
            {
                if (FactorReader.Read(tensors, config, model, layer, group, file.Path) is { } found)
                    factors.Add((layer, group), found);
            }
        }

        if (tensors.Count > 0)
            throw new InvalidInputException(file.Path, tensors.Values.First().Name, "low-rank factors of the model's linear layers, and the mask embedding", "another tensor");
        return new MaskAdapter(folder, config, embedding, factors, SelectorWeights.Find(folder, model.HiddenSize));
    }

    private static float[] ReadMaskEmbedding(Dictionary<string, WeightTensor> tensors, AdapterConfig config, ModelConfig model, string path)
    {
        int k = config.DraftLength, width = model.HiddenSize;
        string expected = string.Create(CultureInfo.InvariantCulture, $"a tensor of shape [{k}, {width}] or [1, {width}]");
        if (!tensors.Remove(config.MaskEmbedding, out WeightTensor? tensor))
            throw new InvalidInputException(path, config.MaskEmbedding, expected, "no such tensor");
        bool fits = tensor.Shape.Count == 2 && tensor.Shape[1] == width && (tensor.Shape[0] == k || tensor.Shape[0] == 1);
        return fits ? FactorReader.Values(tensor) : throw new InvalidInputException(path, config.MaskEmbedding, expected, FactorReader.Show(tensor));
    }

    // In memory PEFT puts the adapter's name before "weight"; some tools save it so.
    private static string Normalize(string name)
    {
        const string Infix = ".default.weight";
        return name.EndsWith(Infix, StringComparison.Ordinal) ? string.Concat(name.AsSpan(0, name.Length - Infix.Length), ".weight") : name;
    }
}
