using Tidar.Kernels.Attention;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>
/// Keys and values of one sequence in every layer. Its <see cref="Length"/> says how many positions are committed: rolling back is setting a smaller length,
/// committing is setting a larger one over positions that a forward pass has written.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly KeyValueStore[] _layers;

    /// <summary>Creates an empty cache for a model of the given shape with room for <paramref name="capacity"/> positions; it grows when needed.</summary>
    public KeyValueCache(ModelConfig config, int capacity)
    {
        MaxPositions = config.MaxPositions;
        _layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new KeyValueStore(config.KeyValueHeadCount, config.HeadDimension, capacity))];
    }

    /// <summary>Committed positions: rows of later passes may see 0 … Length-1.</summary>
    public int Length { get; set; }

    /// <summary>Longest sequence the model supports.</summary>
    public int MaxPositions { get; }

    /// <summary>Positions there is room for at present.</summary>
    public int Capacity => _layers[0].Capacity;

    /// <summary>Bytes held.</summary>
    public long Bytes => _layers.Sum(l => l.Bytes);

    /// <summary>The store of one layer.</summary>
    public KeyValueStore Layer(int index) => _layers[index];

    /// <summary>Makes room for <paramref name="positions"/> positions.</summary>
    public void Reserve(int positions)
    {
        if (positions <= Capacity)
            return;
        int capacity = Math.Max(positions, Math.Min(2 * Capacity, MaxPositions));
        foreach (KeyValueStore layer in _layers)
            layer.Reserve(capacity);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (KeyValueStore layer in _layers)
            layer.Dispose();
    }
}
