using Tidar.Kernels.Attention;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Losses;

/// <summary>
/// Turns packed documents into the rows of one training pass, [clean | masks] (tidar.md section 2): positions and the block grid restart at each
/// document, a document's last block has all its mask rows, and what a row sees is a prefix of its own document and one block of masks. A block none of whose
/// tokens is a target has no rows: nothing but itself would see it. Under masked diffusion a document is one block, its prompt shown, and there are no clean rows.
/// </summary>
public sealed class TidarLayout
{
    private readonly TrainingObjective _objective;
    private readonly int _draftLength;
    private readonly int _maskToken;

    /// <summary>Creates the layout of an objective.</summary>
    /// <param name="objective">Plain AR has no mask rows.</param>
    /// <param name="draftLength">K, the block size.</param>
    /// <param name="maskToken">Id of <c>[MASK]</c>.</param>
    public TidarLayout(TrainingObjective objective, int draftLength, int maskToken)
    {
        if (objective.HasMasks)
            ArgumentOutOfRangeException.ThrowIfLessThan(draftLength, 1);
        _objective = objective;
        _draftLength = draftLength;
        _maskToken = maskToken;
    }

    /// <summary>Rows of the mask half that a document has.</summary>
    public int MaskRows(TokenSequence document) => Blocks(document).Count() * BlockLength(document);

    /// <summary>Tokens of a document that one mask block covers.</summary>
    public int BlockLength(TokenSequence document) => _objective == TrainingObjective.MaskedDiffusion ? document.Tokens.Length : _draftLength;

    /// <summary>Lays out the documents of one pass.</summary>
    public TrainingBatch Build(IReadOnlyList<TokenSequence> documents)
    {
        int cleanRows = documents.Sum(CleanRows), maskRows = documents.Sum(MaskRows);
        TrainingBatch batch = new(cleanRows, maskRows) { TextTokens = documents.Sum(static d => d.Tokens.Length) };
        int clean = 0, mask = 0;
        foreach (TokenSequence document in documents)
        {
            int rows = CleanRows(document), masks = MaskRows(document);
            batch.Documents.Add(new AttentionDocument(clean, rows, mask, masks));
            if (rows > 0)
                AddClean(batch, document, clean);
            clean += rows;
            mask += masks;
        }

        clean = mask = 0;
        foreach (TokenSequence document in documents)
        {
            AddMasks(batch, document, clean, mask);
            clean += CleanRows(document);
            mask += MaskRows(document);
        }

        return batch;
    }

    /// <summary>K.</summary>
    public int DraftLength => _draftLength;

    /// <summary>
    /// One document and, as decoding has them, blocks of masks that begin at <paramref name="starts"/> (each behind at least one token): slot m ≥ 1 has the labelled token at start + m as its target, slot 0
    /// none, for the AR row before it decides. Block b is the mask rows from b · K on.
    /// </summary>
    internal TrainingBatch BuildDrafts(TokenSequence document, ReadOnlySpan<int> starts)
    {
        int length = document.Tokens.Length;
        TrainingBatch batch = new(length, starts.Length * _draftLength) { TextTokens = length };
        batch.Documents.Add(new AttentionDocument(0, length, 0, batch.MaskRows));
        for (int p = 0; p < length; p++)
            batch.SetRow(p, document.Tokens[p], p, new AttentionRow(0, p + 1, 0, 0));
        for (int b = 0; b < starts.Length; b++)
        {
            AttentionRow sees = new(0, starts[b], b * _draftLength, _draftLength);
            for (int slot = 0; slot < _draftLength; slot++)
            {
                int position = starts[b] + slot, row = length + sees.SpanStart + slot;
                batch.SetRow(row, _maskToken, position, sees);
                if (slot > 0 && position < length && document.IsLabelled(position))
                    batch.Targets.Add(new LossTarget(row, document.Tokens[position], 1, IsDiffusion: true));
            }
        }

        batch.DiffusionTargets = batch.Targets.Count;
        return batch;
    }

    private int CleanRows(TokenSequence document) => _objective.HasCleanRows ? document.Tokens.Length : 0;

    private void AddClean(TrainingBatch batch, TokenSequence document, int start)
    {
        int length = document.Tokens.Length;
        for (int p = 0; p < length; p++)
        {
            // The clean blocks of block diffusion see themselves in both directions, as decoding commits them.
            int sees = _objective == TrainingObjective.BlockDiffusion ? Math.Min(length, ((p / _draftLength) + 1) * _draftLength) : p + 1;
            batch.SetRow(start + p, document.Tokens[p], p, new AttentionRow(start, sees, 0, 0));
            if (!_objective.DenoisesInSteps && p + 1 < length && document.IsLabelled(p + 1))
            {
                batch.Targets.Add(new LossTarget(start + p, document.Tokens[p + 1], 1, IsDiffusion: false));
                batch.AutoregressiveTargets++;
            }
        }
    }

    // The blocks of the document's grid that hold a target.
    private IEnumerable<int> Blocks(TokenSequence document)
    {
        if (!_objective.HasMasks)
            yield break;
        int length = document.Tokens.Length, size = BlockLength(document);
        for (int block = 0; block * size < length; block++)
        {
            int first = block * size, count = Math.Min(size, length - first);
            if (document.Labelled is null || document.Labelled.AsSpan(first, count).Contains(true))
                yield return block;
        }
    }

    private void AddMasks(TrainingBatch batch, TokenSequence document, int start, int spanStart)
    {
        int length = document.Tokens.Length, size = BlockLength(document);
        foreach (int block in Blocks(document))
        {
            AttentionRow sees = new(start, block * size, spanStart, size);
            for (int p = block * size; p < (block + 1) * size; p++)
            {
                int row = batch.CleanRows + spanStart++;
                bool isShown = p < length && (document.Masking is { } masking && masking.Visible[p] || (_objective.DenoisesInSteps && !document.IsLabelled(p)));
                batch.SetRow(row, isShown ? document.Tokens[p] : _maskToken, p, sees);
                if (p >= length || !document.IsLabelled(p))
                    continue;
                batch.DiffusionTargets++;
                if (!isShown)
                    batch.Targets.Add(new LossTarget(row, document.Tokens[p], (float)(1 / (document.Masking?.Rates[block] ?? 1)), IsDiffusion: true));
            }
        }
    }
}
