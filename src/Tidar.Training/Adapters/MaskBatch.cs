using Tidar.Kernels.Attention;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>
/// The mask rows of one forward and backward pass: blocks of K rows, each of which sees the frozen prefix of its document up to the block's first position, and
/// the block. Row r is slot r mod K.
/// </summary>
public sealed class MaskBatch
{
    private readonly List<KeyValueCache> _prefixes = [];
    private readonly int _draftLength;
    private readonly bool _slotEmbeddings;
    private int _rows;

    /// <summary>Creates it with room for all rows that will be added.</summary>
    public MaskBatch(AdapterShape shape, int blocks)
    {
        _draftLength = shape.DraftLength;
        _slotEmbeddings = shape.SlotEmbeddings;
        Layout = new TrainingBatch(0, blocks * _draftLength);
    }

    /// <summary>Rows with a loss.</summary>
    public List<MaskTarget> Targets { get; } = [];

    /// <summary>Document and first position of every block, where whoever lays the batch notes them.</summary>
    internal List<(PreparedDocument Document, int Start)> Blocks { get; } = [];

    /// <summary>All rows.</summary>
    public int Rows => Layout.Rows;

    /// <summary>Tokens, positions and visibility of the rows; a row's "token" is its row of the mask embedding.</summary>
    internal TrainingBatch Layout { get; }

    /// <summary>Keys and values of the clean tokens, one cache for each document.</summary>
    internal IReadOnlyList<KeyValueCache> Prefixes => _prefixes;

    /// <summary>
    /// Adds blocks of one document.
    /// </summary>
    /// <param name="prefix">Keys and values of its clean tokens.</param>
    /// <param name="starts">First positions of the blocks: a block sees the tokens before it.</param>
    /// <param name="target">What slot m of the block at a position should predict and how much that counts; null for no loss.</param>
    public void Add(KeyValueCache prefix, ReadOnlySpan<int> starts, Func<int, int, MaskTarget?> target)
    {
        int first = _rows;
        foreach (int start in starts)
        {
            AttentionRow sees = new(0, start, _rows, _draftLength);
            for (int slot = 0; slot < _draftLength; slot++, _rows++)
            {
                Layout.SetRow(_rows, _slotEmbeddings ? slot : 0, start + slot, sees);
                if (target(start, slot) is { } labelled)
                    Targets.Add(labelled with { Row = _rows });
            }
        }

        Layout.Documents.Add(new AttentionDocument(0, 0, first, _rows - first));
        _prefixes.Add(prefix);
    }
}
