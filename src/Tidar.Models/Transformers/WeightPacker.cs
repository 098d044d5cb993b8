using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;

namespace Tidar.Models.Transformers;

/// <summary>Packs tensors into kernel matrices in parallel, reading the file a few rows at a time.</summary>
/// <param name="team">Threads.</param>
/// <param name="format">Format to pack into; null keeps every weight's exact value in the smallest format (bfloat16 where stored so, else float32).</param>
/// <param name="progress">Receives the number of weights packed so far.</param>
internal sealed class WeightPacker(WorkerTeam team, WeightFormat? format, IProgress<long>? progress)
{
    // A whole panel of outputs at a time: no two items touch one cache line.
    private const int RowsPerItem = Panel.Width;

    private long _packed;

    /// <summary>Stacks the rows of <paramref name="parts"/>, all of one width, into one matrix.</summary>
    public WeightMatrix Pack(WeightTensor[] parts)
    {
        int inputs = parts[0].Columns;
        int outputs = checked((int)parts.Sum(p => p.Rows));
        WeightFormat chosen = format ?? (parts.All(p => p.DataType == "BF16") ? WeightFormat.BFloat16 : WeightFormat.Float32);
        WeightMatrix matrix = WeightMatrix.Create(chosen, outputs, inputs);
        PackJob job = new(parts, matrix);
        team.Run(ref job, (outputs + RowsPerItem - 1) / RowsPerItem);
        foreach (WeightTensor part in parts)
            part.Release();
        _packed += (long)outputs * inputs;
        progress?.Report(_packed);
        return matrix;
    }

    private readonly struct PackJob(WeightTensor[] parts, WeightMatrix matrix) : IJob
    {
        public void Execute(int item, int worker)
        {
            float[] rows = new float[RowsPerItem * matrix.Inputs];
            int first = item * RowsPerItem, end = Math.Min(first + RowsPerItem, matrix.Outputs);
            int start = 0;
            foreach (WeightTensor part in parts)
            {
                int from = Math.Max(first, start), to = Math.Min(end, start + (int)part.Rows);
                if (from < to)
                    part.ReadRows(from - start, to - from, rows.AsSpan((from - first) * matrix.Inputs, (to - from) * matrix.Inputs));
                start += (int)part.Rows;
            }

            matrix.SetRows(first, rows.AsSpan(0, (end - first) * matrix.Inputs));
        }
    }
}
