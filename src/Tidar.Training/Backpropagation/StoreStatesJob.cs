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
        int slot = isClean ? first : first - batch.CleanRows;
        ReadOnlySpan<float> keys = _rows[((first * width) + q)..], values = _rows[((first * width) + q + kv)..];
        pair.Forward.WriteRows(slot, count, keys, values, width);
        pair.Exchanged.WriteRows(slot, count, values, keys, width);
    }
}
