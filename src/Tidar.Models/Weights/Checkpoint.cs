using System.Diagnostics.CodeAnalysis;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights.Gguf;
using Tidar.Models.Weights.Safetensors;

namespace Tidar.Models.Weights;

/// <summary>
/// A model on disk: its configuration and its memory-mapped tensors, checked against each other when it is opened (names, shapes and element types;
/// no weight is read). Tensors are valid until <see cref="Dispose"/>.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _files;
    private readonly Dictionary<string, WeightTensor> _byName;

    private Checkpoint(string path, ModelConfig config, IReadOnlyList<WeightTensor> tensors, IReadOnlyList<IDisposable> files)
    {
        Path = path;
        Config = config;
        Tensors = tensors;
        _files = files;
        _byName = tensors.ToDictionary(static t => t.Name, StringComparer.Ordinal);
        ParameterCount = CheckTensors();
    }

    /// <summary>The folder or file as it was named.</summary>
    public string Path { get; }

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every tensor, in the file's order.</summary>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>Number of weights of the model; a tied head counts once.</summary>
    public long ParameterCount { get; }

    /// <summary>Opens a Hugging Face model folder, a GGUF file, or a folder that holds one GGUF file and no <c>config.json</c>.</summary>
    /// <exception cref="InvalidInputException">The folder or a file in it is missing, malformed, or does not fit the configuration.</exception>
    public static Checkpoint Open(string path)
    {
        if (Directory.Exists(path))
            return SingleGguf(path) is string inside ? OpenGguf(inside) : OpenFolder(path);
        if (!File.Exists(path))
            throw new InvalidInputException(path, null, "a model folder or a GGUF file", "neither");
        return GgufFile.IsGguf(path) ? OpenGguf(path) : throw new InvalidInputException(path, null, "a model folder or a GGUF file", "another file");
    }

    /// <summary>A model in memory; <paramref name="tensors"/> are checked against <paramref name="config"/> as those of a file are.</summary>
    /// <exception cref="InvalidInputException">A tensor is missing or has the wrong shape.</exception>
    public static Checkpoint InMemory(ModelConfig config, IReadOnlyList<WeightTensor> tensors) => new("memory", config, tensors, []);

    /// <summary>The one GGUF file of a folder that has no <c>config.json</c>; null where that is not so.</summary>
    internal static string? SingleGguf(string folder)
    {
        if (File.Exists(System.IO.Path.Combine(folder, "config.json")))
            return null;
        string[] files = Directory.GetFiles(folder, "*.gguf");
        return files.Length == 1 ? files[0] : null;
    }

    private static Checkpoint OpenGguf(string path)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            ModelConfig config = GgufConfigReader.Read(file);
            return new Checkpoint(path, config, GgufModel.Tensors(file, config), [file]) { Gguf = file };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Checkpoint OpenFolder(string path)
    {
        ModelConfig config = ModelConfigReader.ReadFolder(path);
        ShardedTensors shards = ShardedTensors.OpenFolder(path);
        try
        {
            return new Checkpoint(path, config, LladaNames.Translate(shards.Tensors), shards.Files);
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    /// <summary>The GGUF file that holds the model, with its metadata; null for a Hugging Face folder.</summary>
    public GgufFile? Gguf { get; private init; }

    /// <summary>Whether <see cref="LoadTokenizer"/> has something to load.</summary>
    public bool HasTokenizer => Gguf is null
        ? File.Exists(System.IO.Path.Combine(Path, "tokenizer.json"))
        : Gguf.Metadata.Has(GgufTokenizerReader.ModelKey);

    /// <summary>Loads the tokenizer: <c>tokenizer.json</c> of a Hugging Face folder, or the one in a GGUF file's metadata.</summary>
    /// <exception cref="InvalidInputException">There is none, or it is malformed or of an unsupported kind.</exception>
    public Tokenizer LoadTokenizer()
    {
        if (Gguf is null)
            return Tokenizer.Load(Path);
        GgufTokenizerData data = ReadGgufTokenizer()
            ?? throw new InvalidInputException(Path, GgufTokenizerReader.ModelKey, "a tokenizer in the metadata", "nothing");
        return Tokenizer.FromGguf(data);
    }

    /// <summary>The tokenizer that a GGUF file carries, as plain values; null where it has none, and for a Hugging Face folder.</summary>
    /// <exception cref="InvalidInputException">The metadata is malformed.</exception>
    public GgufTokenizerData? ReadGgufTokenizer() => Gguf is null ? null : GgufTokenizerReader.Read(Gguf);

    /// <summary>The chat template that a GGUF file carries; null where it has none, and for a Hugging Face folder.</summary>
    public string? ChatTemplate => Gguf is null ? null : GgufTokenizerReader.ChatTemplate(Gguf);

    /// <summary>A tensor that must be there with exactly this shape.</summary>
    /// <param name="name">Hugging Face name.</param>
    /// <param name="expectedShape">Its dimensions, outermost first.</param>
    /// <exception cref="InvalidInputException">It is missing, has another shape, or holds no floating-point numbers.</exception>
    public WeightTensor Get(string name, params ReadOnlySpan<long> expectedShape)
    {
        if (!TryGet(name, out WeightTensor? tensor))
            throw new InvalidInputException(Path, name, $"a tensor of shape {Show(expectedShape)}", "no such tensor");
        if (!expectedShape.SequenceEqual([.. tensor.Shape]))
            throw new InvalidInputException(tensor.Source, name, $"shape {Show(expectedShape)}", Show([.. tensor.Shape]));
        return tensor.IsReadable ? tensor : throw MappedTensor.NotFloat(tensor);
    }

    /// <summary>A tensor that may be there.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out WeightTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable file in _files)
            file.Dispose();
    }

    private long CheckTensors()
    {
        long parameters = 0;
        HashSet<string> expected = new(StringComparer.Ordinal);
        foreach ((string name, long[] shape) in DecoderLayout.Tensors(Config))
        {
            parameters += Get(name, shape).ElementCount;
            expected.Add(name);
        }

        foreach (WeightTensor tensor in Tensors)
        {
            if (!expected.Contains(tensor.Name) && !DecoderLayout.MayBeIgnored(tensor.Name, Config))
                throw new InvalidInputException(tensor.Source, tensor.Name, "only tensors that the configuration asks for", "one more");
        }

        return parameters;
    }

    private static string Show(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
