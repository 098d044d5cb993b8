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
    private readonly int _teacherTokens;
    private readonly List<(int Document, int Start)> _waiting = [];
    private readonly List<int> _rows = [];
    private int[] _tokens = [];
    private float[] _logits = [];
    private float[] _states = [];

    /// <summary>Creates it for a model that drafts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="teacherTokens">How many of the AR half's likeliest tokens to ask for at every position; 0 does not ask.</param>
    public BlockCollector(Transformer model, int teacherTokens)
    {
        _teacherTokens = teacherTokens;
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
        (IReadOnlyList<KeyValueCache> prefixes, IReadOnlyList<TokenDistribution?[]> teacher) = Read(documents);
        Draft(documents, prefixes, teacher, starts, blocks, cancellation);
    }

    /// <summary>Adds the blocks of a walk through documents, round by round.</summary>
    public void Collect(IReadOnlyList<PreparedDocument> documents, BlockWalk walk, SelectorBlocks blocks, CancellationToken cancellation)
    {
        (IReadOnlyList<KeyValueCache> prefixes, IReadOnlyList<TokenDistribution?[]> teacher) = Read(documents);
        Dictionary<(int Document, int Start), int> blockAt = [];
        do
        {
            int block = blocks.Count;
            for (int d = 0; d < documents.Count; d++)
            {
                foreach (int start in walk.Starts[d])
                    blockAt[(d, start)] = block++;
            }

            Draft(documents, prefixes, teacher, walk.Starts, blocks, cancellation);
        }
        while (walk.Advance((document, start) => blocks.Reached(blockAt[(document, start)])));
    }

    public void Dispose() => _clean.Dispose();

    private (IReadOnlyList<KeyValueCache> Prefixes, IReadOnlyList<TokenDistribution?[]> Teacher) Read(IReadOnlyList<PreparedDocument> documents)
    {
        IReadOnlyList<KeyValueCache> prefixes = _clean.Run(documents, out IReadOnlyList<TokenDistribution?[]> teacher, _teacherTokens, softShare: 1);
        return (prefixes, teacher);
    }

    private void Draft(
        IReadOnlyList<PreparedDocument> documents,
        IReadOnlyList<KeyValueCache> prefixes,
        IReadOnlyList<TokenDistribution?[]> teacher,
        IReadOnlyList<int[]> starts,
        SelectorBlocks blocks,
        CancellationToken cancellation)
    {
        for (int d = 0; d < documents.Count; d++)
        {
            foreach (int start in starts[d])
            {
                _waiting.Add((d, start));
                int first = _batch.AddBlock(prefixes[d], _masks, start, start, areMasks: true);
                for (int slot = 1; slot < _masks.Length; slot++)
                    _rows.Add(first + slot);
                if (_batch.Count + _masks.Length > RowsPerPass)
                    Flush(documents, teacher, blocks, cancellation);
            }
        }

        Flush(documents, teacher, blocks, cancellation);
    }

    private void Flush(IReadOnlyList<PreparedDocument> documents, IReadOnlyList<TokenDistribution?[]> teacher, SelectorBlocks blocks, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_waiting.Count == 0)
            return;
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
            int block = blocks.Add();
            for (int slot = 0; slot < slots; slot++)
                blocks.SetState(block, slot + 1, _states.AsSpan(((i * slots) + slot) * width, width));
            _tokens.AsSpan(i * slots * count, slots * count).CopyTo(blocks.Tokens(block));
            _logits.AsSpan(i * slots * count, slots * count).CopyTo(blocks.Logits(block));
            blocks.SetText(block, documents[document], start);
            for (int slot = 1; slot <= slots; slot++)
                blocks.FindMatches(block, slot, documents[document], start);
            if (_teacherTokens > 0)
                FillTeacher(teacher[document], start, blocks.Tokens(block), blocks.Teacher(block), count);
        }

        _batch.Clear();
        _waiting.Clear();
        _rows.Clear();
    }

    private static void FillTeacher(TokenDistribution?[] teacher, int start, ReadOnlySpan<int> tokens, Span<float> probabilities, int count)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            int position = start + 1 + (i / count), place = position < teacher.Length && teacher[position] is { } known ? known.Tokens.IndexOf(tokens[i]) : -1;
            probabilities[i] = place < 0 ? 0 : teacher[position]!.Probabilities[place];
        }
    }
}
