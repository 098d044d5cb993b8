using BenchmarkDotNet.Attributes;
using Tidar.Kernels.Attention;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;

namespace Tidar.Benchmarks.Kernels;

/// <summary>Attention of one layer of Qwen2.5-1.5B's shape (12 heads, 2 key/value heads of 128): rows of a chain behind a filled cache.</summary>
public class AttentionBenchmarks
{
    private const int Heads = 12;
    private const int KeyValueHeads = 2;
    private const int HeadDimension = 128;

    private readonly List<AttentionTile> _tiles = [];
    private WorkerTeam? _team;
    private PrefixSpanAttention? _kernel;
    private KeyValueStore? _store;
    private KeyValueStore? _span;
    private KeyValueStore[] _stores = [];
    private AttentionRow[] _rows = [];
    private float[] _query = [];
    private float[] _output = [];

    [Params(256, 4096)]
    public int Context { get; set; }

    [Params(1, 8, 72, 272)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _team = new WorkerTeam(Environment.ProcessorCount);
        _kernel = new PrefixSpanAttention(Heads, KeyValueHeads, HeadDimension);
        _store = new KeyValueStore(KeyValueHeads, HeadDimension, Context + Rows);
        _span = new KeyValueStore(KeyValueHeads, HeadDimension, 1);
        _stores = [_store];
        float[] states = new RandomTensor("states", [Context + Rows, KeyValueHeads * HeadDimension], seed: 1).ReadAll();
        _store.WriteRows(0, Context + Rows, states, states, KeyValueHeads * HeadDimension);
        _rows = [.. Enumerable.Range(0, Rows).Select(i => new AttentionRow(0, Context + i + 1, 0, 0))];
        AttentionTile.Cut(new int[Rows], Heads / KeyValueHeads, Context + Rows, _tiles);
        _query = new RandomTensor("query", [Rows, Heads * HeadDimension], seed: 2).ReadAll();
        _output = new float[_query.Length];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _kernel?.Dispose();
        _store?.Dispose();
        _span?.Dispose();
        _team?.Dispose();
    }

    [Benchmark]
    public void Attend() => _kernel!.Run(_team!, _query, Heads * HeadDimension, _rows, _tiles, _stores, _span!, _output);
}
