using Tidar.Kernels.Attention;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Losses;

/// <summary>
/// Turns packed documents into the rows of one training pass, [clean | masks] (tidar.md section 2): positions and the block grid restart at each
/// document, a document's last block has all its mask rows, and what a row sees is a prefix of its own document and one block of masks. A block none of whose
/// tokens is a target has no rows: nothing but itself would see it.
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
        if (objective != TrainingObjective.Autoregressive)
            ArgumentOutOfRangeException.ThrowIfLessThan(draftLength, 1);
        _objective = objective;
        _draftLength = draftLength;
        _maskToken = maskToken;
    }

    /// <summary>Rows of the mask half that a document has.</summary>
    public int MaskRows(TokenSequence document) => Blocks(document).Count() * _draftLength;

    /// <summary>Lays out the documents of one pass.</summary>
    public TrainingBatch Build(IReadOnlyList<TokenSequence> documents)
    {
        int cleanRows = documents.Sum(d => d.Tokens.Length), maskRows = documents.Sum(d => MaskRows(d));
        TrainingBatch batch = new(cleanRows, maskRows);
        int clean = 0, mask = 0;
        foreach (TokenSequence document in documents)
        {
            int masks = MaskRows(document);
            batch.Documents.Add(new AttentionDocument(clean, document.Tokens.Length, mask, masks));
            AddClean(batch, document, clean);
            clean += document.Tokens.Length;
            mask += masks;
        }

        clean = mask = 0;
        foreach (TokenSequence document in documents)
        {
            AddMasks(batch, document, clean, mask);
            clean += document.Tokens.Length;
            mask += MaskRows(document);
        }

        return batch;
    }

    private static void AddClean(TrainingBatch batch, TokenSequence document, int start)
    {
        for (int p = 0; p < document.Tokens.Length; p++)
        {
            batch.SetRow(start + p, document.Tokens[p], p, new AttentionRow(start, p + 1, 0, 0));
            if (p + 1 < document.Tokens.Length && document.IsLabelled(p + 1))
            {
                batch.Targets.Add(new LossTarget(start + p, document.Tokens[p + 1], 1, IsDiffusion: false));
                batch.AutoregressiveTargets++;
            }
        }
    }

    // The blocks of the document's grid that hold a target.
    private IEnumerable<int> Blocks(TokenSequence document)
    {
        if (_objective == TrainingObjective.Autoregressive)
            yield break;
        int length = document.Tokens.Length;
        for (int block = 0; block * _draftLength < length; block++)
        {
            int first = block * _draftLength, count = Math.Min(_draftLength, length - first);
            if (document.Labelled is null || document.Labelled.AsSpan(first, count).Contains(true))
                yield return block;
        }
    }

    private void AddMasks(TrainingBatch batch, TokenSequence document, int start, int spanStart)
    {
        int length = document.Tokens.Length;
        foreach (int block in Blocks(document))
        {
            AttentionRow sees = new(start, block * _draftLength, spanStart, _draftLength);
            for (int p = block * _draftLength; p < (block + 1) * _draftLength; p++)
            {
                int row = batch.CleanRows + spanStart++;
                bool isShown = p < length && document.Masking is { } masking && masking.Visible[p];
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
