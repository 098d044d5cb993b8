using System.Runtime.InteropServices;
using Tidar.Kernels.Attention;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>What a pass knows about its rows: what each sees, how they are tiled, and which have been through the last layer. Reused from pass to pass.</summary>
internal sealed class PassState
{
    private readonly List<TokenRow> _tokens = [];
    private readonly List<AttentionRow> _attentionRows = [];
    private readonly List<int> _sequences = [];
    private readonly List<KeyValueStore[]> _stores = [];
    private readonly List<bool> _finished = [];
    private readonly List<int> _selected = [];
    private readonly List<AttentionRow> _selectedRows = [];
    private int _headsPerGroup;
    private int _visible;

    public int RowCount => _tokens.Count;

    public int HighestPosition { get; private set; }

    public bool HasBranches { get; private set; }

    public ReadOnlySpan<TokenRow> Tokens => CollectionsMarshal.AsSpan(_tokens);

    public ReadOnlySpan<AttentionRow> AttentionRows => CollectionsMarshal.AsSpan(_attentionRows);

    public List<AttentionTile> Tiles { get; } = [];

    public ReadOnlySpan<int> Selected => CollectionsMarshal.AsSpan(_selected);

    public ReadOnlySpan<AttentionRow> SelectedAttentionRows => CollectionsMarshal.AsSpan(_selectedRows);

    public List<AttentionTile> SelectedTiles { get; } = [];

    /// <summary>One store per sequence of the batch, for one layer.</summary>
    public KeyValueStore[] Stores(int layer) => _stores[layer];

    /// <summary>Takes over the rows of <paramref name="batch"/> after checking them, and makes room in their caches.</summary>
    public void Begin(RowBatch batch, ModelConfig config)
    {
        _headsPerGroup = config.HeadCount / config.KeyValueHeadCount;
        HasBranches = batch.HasBranches;
        HighestPosition = 0;
        _visible = 0;
        _tokens.Clear();
        _attentionRows.Clear();
        _sequences.Clear();
        _finished.Clear();
        foreach (TokenRow row in batch.Rows)
        {
            Check(row, config);
            HighestPosition = Math.Max(HighestPosition, row.Position);
            _visible = Math.Max(_visible, row.PrefixLength + row.SpanLength);
            _tokens.Add(row);
            _attentionRows.Add(new AttentionRow(0, row.PrefixLength, row.SpanStart, row.SpanLength));
            _sequences.Add(row.Sequence);
            _finished.Add(false);
            if (row.IsClean)
                batch.Caches[row.Sequence].Reserve(row.Position + 1);
        }

        AttentionTile.Cut(CollectionsMarshal.AsSpan(_sequences), _headsPerGroup, _visible, Tiles);
        CollectStores(batch.Caches, config.LayerCount);
    }

    /// <summary>Selects those of <paramref name="rows"/> that have not been through the last layer, and marks them as through it.</summary>
    /// <returns>Whether there are any.</returns>
    public bool Select(ReadOnlySpan<int> rows)
    {
        _selected.Clear();
        _selectedRows.Clear();
        foreach (int row in rows)
        {
            if (_finished[row])
                continue;
            _finished[row] = true;
            _selected.Add(row);
            _selectedRows.Add(_attentionRows[row]);
        }

        if (_selected.Count == 0)
            return false;
        _sequences.Clear();
        foreach (int row in _selected)
            _sequences.Add(_tokens[row].Sequence);
        AttentionTile.Cut(CollectionsMarshal.AsSpan(_sequences), _headsPerGroup, _visible, SelectedTiles);
        return true;
    }

    private static void Check(TokenRow row, ModelConfig config)
    {
        if ((uint)row.Token >= (uint)config.VocabularySize)
            throw new InvalidInputException("input", "token id", $"0 to {config.VocabularySize - 1}", $"{row.Token}");

        // Mask rows may stand past the context's end: their predictions are never committed there.
        if (row.IsClean && row.Position >= config.MaxPositions)
            throw new InvalidInputException("input", "length", $"at most {config.MaxPositions} tokens (the model's context)", $"a token at position {row.Position}");
    }

    private void CollectStores(IReadOnlyList<KeyValueCache> caches, int layers)
    {
        for (int layer = 0; layer < layers; layer++)
        {
            if (_stores.Count == layer)
                _stores.Add([]);
            if (_stores[layer].Length != caches.Count)
                _stores[layer] = new KeyValueStore[caches.Count];
            for (int i = 0; i < caches.Count; i++)
                _stores[layer][i] = caches[i].Layer(layer);
        }
    }
}
