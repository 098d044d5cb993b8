using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>The packed factors of a group of linear layers, in float32 whatever the format of the layers themselves.</summary>
internal sealed class LowRankWeights : IDisposable
{
    private LowRankWeights(WeightMatrix down, WeightMatrix up) => (Down, Up) = (down, up);

    /// <summary>A, [rank, inputs].</summary>
    public WeightMatrix Down { get; }

    /// <summary>B with the scaling in it, [outputs in the order of the layer's matrix, padded to whole panels; rank].</summary>
    public WeightMatrix Up { get; }

    /// <summary>Bytes of both.</summary>
    public long Bytes => Down.Bytes + Up.Bytes;

    /// <summary>Packs the factors of one layer's group.</summary>
    public static LowRankWeights Pack(LowRankFactors factors, LinearGroup group, ModelConfig config, WorkerTeam team)
    {
        int rank = factors.Rank, outputs = factors.Up.Length / rank, intermediate = config.IntermediateSize;
        WeightMatrix down = WeightMatrix.Create(WeightFormat.Float32, rank, LinearModule.Inputs(group, config));
        down.SetRows(0, factors.Down);
        WeightMatrix up = WeightMatrix.Create(
            WeightFormat.Float32, RowAdditions.Width(group == LinearGroup.GateUp ? GatedRows.Count(intermediate) : outputs), rank);
        if (group != LinearGroup.GateUp)
        {
            up.SetRows(0, factors.Up);
            return new LowRankWeights(down, up);
        }

        UpJob job = new(factors, up, intermediate);
        team.Run(ref job, up.Outputs / (2 * GatedRows.PerPanel));
        return new LowRankWeights(down, up);
    }

    public void Dispose()
    {
        Down.Dispose();
        Up.Dispose();
    }

    // Rows of gate and up change places as in the layer's own matrix; a panel is an item.
    private readonly struct UpJob(LowRankFactors factors, WeightMatrix up, int width) : IJob
    {
        public void Execute(int item, int worker)
        {
            int first = item * GatedRows.PerPanel, count = Math.Min(GatedRows.PerPanel, width - first), rank = factors.Rank;
            up.SetRows(GatedRows.IndexOf(first, up: false), factors.Up.AsSpan(first * rank, count * rank));
            up.SetRows(GatedRows.IndexOf(first, up: true), factors.Up.AsSpan((width + first) * rank, count * rank));
        }
    }
}
