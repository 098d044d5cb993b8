using Tidar.Kernels.Attention;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>The clean tokens' caches as the passes of mask rows see them.</summary>
internal sealed class CachedPrefixes(WorkerTeam team, ModelConfig config) : IPrefixStores, IDisposable
{
    private readonly List<KeyValueStore> _exchanged = [];
    private IReadOnlyList<KeyValueCache> _caches = [];
    private KeyValueStore[] _forward = [];
    private StorePair[] _pairs = [];

    /// <summary>Sets the caches, one for each document.</summary>
    public void Use(IReadOnlyList<KeyValueCache> caches)
    {
        _caches = caches;
        while (_exchanged.Count < caches.Count)
            _exchanged.Add(AttentionBlock.NewStore(config));
        if (_forward.Length != caches.Count)
            (_forward, _pairs) = (new KeyValueStore[caches.Count], new StorePair[caches.Count]);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<KeyValueStore> Forward(int layer)
    {
        for (int d = 0; d < _forward.Length; d++)
            _forward[d] = _caches[d].Layer(layer);
        return _forward;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<StorePair> Pairs(int layer)
    {
        for (int d = 0; d < _pairs.Length; d++)
            _pairs[d] = new StorePair(_caches[d].Layer(layer), _exchanged[d]);
        ExchangeJob job = new(_pairs, _caches);
        team.Run(ref job, _pairs.Length);
        return _pairs;
    }

    public void Dispose()
    {
        foreach (KeyValueStore store in _exchanged)
            store.Dispose();
    }

    private readonly struct ExchangeJob(StorePair[] pairs, IReadOnlyList<KeyValueCache> caches) : IJob
    {
        public void Execute(int item, int worker) => pairs[item].Exchanged.CopyExchanged(pairs[item].Forward, caches[item].Length);
    }
}
