using System.Runtime.InteropServices;
using Tidar.Models.Transformers;
using Tidar.Training.Adapters;

namespace Tidar.Training.Selectors;

/// <summary>Drafts blocks over documents with the very passes that decode, and keeps what a selector sees of them.</summary>
internal sealed class BlockCollector : IDisposable
{
    private const int RowsPerPass = 512;

    private readonly Transformer _model;
    private readonly CleanHalf _clean;
    private readonly RowBatch _batch = new();
    private readonly int[] _masks;
    private readonly int _excluded;
    private readonly List<(int Document, int Start)> _waiting = [];
    private readonly List<int> _rows = [];
    private int[] _tokens = [];
    private float[] _logits = [];
    private float[] _states = [];

    /// <summary>Creates it for a model that drafts.</summary>
    public BlockCollector(Transformer model)
    {
        _model = model;
        _clean = new CleanHalf(model);
        int mask = model.Config.Tidar!.MaskTokenId;
        _excluded = mask;
        _masks = new int[model.Config.Tidar.DraftLength];
        Array.Fill(_masks, Math.Max(mask, 0));
    }

    /// <summary>Adds the blocks that begin at <paramref name="starts"/>[d] of document d.</summary>
    public void Collect(IReadOnlyList<PreparedDocument> documents, IReadOnlyList<int[]> starts, SelectorBlocks blocks, CancellationToken cancellation)
    {
        IReadOnlyList<KeyValueCache> prefixes = _clean.Run(documents, out _, 0, 0);
        for (int d = 0; d < documents.Count; d++)
        {
            foreach (int start in starts[d])
            {
                _waiting.Add((d, start));
                int first = _batch.AddBlock(prefixes[d], _masks, start, start, areMasks: true);
                for (int slot = 1; slot < _masks.Length; slot++)
                    _rows.Add(first + slot);
                if (_batch.Count + _masks.Length > RowsPerPass)
                    Flush(documents, blocks, cancellation);
            }
        }

        Flush(documents, blocks, cancellation);
    }

    public void Dispose() => _clean.Dispose();

    private void Flush(IReadOnlyList<PreparedDocument> documents, SelectorBlocks blocks, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int slots = _masks.Length - 1, width = _model.Config.HiddenSize, count = blocks.Candidates;
        if (_states.Length < _rows.Count * width)
        {
            _states = new float[_rows.Count * width];
            _tokens = new int[_rows.Count * count];
            _logits = new float[_rows.Count * count];
        }

        _model.Forward(_batch);
        ReadOnlySpan<int> rows = CollectionsMarshal.AsSpan(_rows);
        _model.Top(rows, _excluded, count, _tokens, _logits);
        _model.HiddenStates(rows, _states);
        for (int i = 0; i < _waiting.Count; i++)
        {
            (int document, int start) = _waiting[i];
            int block = blocks.Add(_states.AsSpan(i * slots * width, slots * width));
            _tokens.AsSpan(i * slots * count, slots * count).CopyTo(blocks.Tokens(block));
            _logits.AsSpan(i * slots * count, slots * count).CopyTo(blocks.Logits(block));
            FillText(documents[document], start, blocks.Text(block));
        }

        _batch.Clear();
        _waiting.Clear();
        _rows.Clear();
    }

    private static void FillText(PreparedDocument document, int start, Span<int> text)
    {
        bool ended = false;
        for (int i = 0; i < text.Length; i++)
        {
            int position = start - SelectorBlocks.TokensBefore + i;
            ended = ended || position >= document.Tokens.Length || (position >= start && !document.Labelled[position]);
            text[i] = position < 0 || ended ? -1 : document.Tokens[position];
        }
    }
}
