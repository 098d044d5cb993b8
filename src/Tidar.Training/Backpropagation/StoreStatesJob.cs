using Tidar.Kernels.Attention;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;

namespace Tidar.Training.Backpropagation;

/// <summary>Puts the keys and values of a chunk into the store pairs that the attention gradient reads.</summary>
internal readonly ref struct StoreStatesJob(ReadOnlySpan<float> rows, TrainingBatch batch, ModelConfig config, StorePair clean, StorePair span) : IJob
{
    private readonly ReadOnlySpan<float> _rows = rows;

    public void Execute(int item, int worker)
    {
        (int first, int count, bool isClean) = batch.HalfChunk(item);
        int q = config.QueryWidth, kv = config.KeyValueWidth, width = q + (2 * kv);
        StorePair pair = isClean ? clean : span;
        for (int r = first; r < first + count; r++)
        {
            int slot = isClean ? r : r - batch.CleanRows;
            ReadOnlySpan<float> keys = _rows.Slice((r * width) + q, kv), values = _rows.Slice((r * width) + q + kv, kv);
            pair.Forward.Write(slot, keys, values);
            pair.Exchanged.Write(slot, values, keys);
        }
    }
}
