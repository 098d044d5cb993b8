using System.Text.Json;
using Tidar.Models.Files;

namespace Tidar.Models.Weights.Safetensors;

/// <summary>
/// The tensors of a model folder: of its one <c>model.safetensors</c>, or of the shards that <c>model.safetensors.index.json</c> names. With an
/// index, the index says which shard a tensor is taken from, and only what it lists exists.
/// </summary>
internal sealed class ShardedTensors : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];

    private ShardedTensors()
    {
    }

    /// <summary>Every tensor.</summary>
    public IReadOnlyList<WeightTensor> Tensors { get; private set; } = [];

    /// <summary>The open files.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>Opens the weights of a model folder.</summary>
    /// <exception cref="InvalidInputException">There are none, or a file breaks its format.</exception>
    public static ShardedTensors OpenFolder(string folder)
    {
        string single = Path.Combine(folder, SingleName);
        string index = Path.Combine(folder, IndexName);
        if (File.Exists(single))
            return Guarded(shards => shards.Tensors = shards.OpenFile(single).Tensors);
        return File.Exists(index)
            ? OpenIndex(index)
            : throw new InvalidInputException(folder, null, $"{SingleName} or {IndexName}", "neither");
    }

    /// <summary>Opens the shards of an index file; they lie in its folder.</summary>
    /// <exception cref="InvalidInputException">The index or a shard is malformed, or they do not agree.</exception>
    public static ShardedTensors OpenIndex(string indexPath) => Guarded(shards => shards.ReadIndex(indexPath));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    private static ShardedTensors Guarded(Action<ShardedTensors> open)
    {
        ShardedTensors shards = new();
        try
        {
            open(shards);
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    private void ReadIndex(string indexPath)
    {
        using JsonDocument document = InputFile.ReadJson(indexPath);
        JsonFields top = JsonFields.Of(document, indexPath);
        JsonFields map = top.OptionalObject("weight_map") ?? throw top.Error("weight_map", "an object", "nothing");
        string folder = Path.GetDirectoryName(Path.GetFullPath(indexPath))!;
        Dictionary<string, SafetensorsFile> shards = new(StringComparer.Ordinal);
        List<WeightTensor> tensors = [];
        foreach ((string name, string shard) in map.Texts())
        {
            if (!shards.TryGetValue(shard, out SafetensorsFile? file))
            {
                // A shard lies beside its index: a name that is more than a name could reach any file of the machine.
                if (shard is "" or "." or ".." || shard.AsSpan().ContainsAny("/\\:\0"))
                    throw map.Error(name, "the name of a file beside the index", shard);
                shards[shard] = file = OpenFile(Path.Combine(folder, shard));
            }

            tensors.Add(file.Get(name));
        }

        Tensors = tensors;
    }

    private SafetensorsFile OpenFile(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        return file;
    }
}
