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
    private long _packed;

    /// <summary>Stacks the rows of <paramref name="parts"/>, all of one width, into one matrix.</summary>
    public WeightMatrix Pack(params WeightTensor[] parts) => Stack(parts, format);

    /// <summary>Packs the LM head. Rounding to 4 bits costs most there, so it gets 8 where the file has no 4-bit grid for it.</summary>
    public WeightMatrix PackHead(WeightTensor head) => Stack([head], format == WeightFormat.Int4 && head.GridScales is null ? WeightFormat.Int8 : format);

    /// <summary>Joins the gate and the up projection, both [intermediate, hidden], in the order of <see cref="GatedRows"/>.</summary>
    public WeightMatrix PackGated(WeightTensor gate, WeightTensor up)
    {
        List<RowRun> runs = [];
        int width = (int)gate.Rows;
        for (int first = 0; first < width; first += GatedRows.PerPanel)
        {
            int count = Math.Min(GatedRows.PerPanel, width - first);
            runs.Add(new RowRun(gate, first, GatedRows.IndexOf(first, up: false), count));
            runs.Add(new RowRun(up, first, GatedRows.IndexOf(first, up: true), count));
        }

        return Pack([gate, up], runs, GatedRows.Count(width), format);
    }

    private WeightMatrix Stack(WeightTensor[] parts, WeightFormat? wanted)
    {
        List<RowRun> runs = [];
        int row = 0;
        foreach (WeightTensor part in parts)
        {
            runs.Add(new RowRun(part, 0, row, (int)part.Rows));
            row = checked(row + (int)part.Rows);
        }

        return Pack(parts, runs, row, wanted);
    }

    private WeightMatrix Pack(WeightTensor[] parts, List<RowRun> runs, int outputs, WeightFormat? wanted)
    {
        WeightFormat chosen = wanted ?? (parts.All(p => p.DataType == "BF16") ? WeightFormat.BFloat16 : WeightFormat.Float32);
        int inputs = parts[0].Columns;
        Int4Scales? grid = chosen == WeightFormat.Int4 ? GridScales(parts) : null;
        if (grid is null && chosen == WeightFormat.Int4 && !parts.All(IsPlain))
            chosen = WeightFormat.Int8;
        WeightMatrix matrix = grid is { } scales ? new Int4Matrix(outputs, inputs, scales) : WeightMatrix.Create(chosen, outputs, inputs);
        PackJob job = new(runs, matrix, onGrid: grid is not null);
        team.Run(ref job, Panel.Count(outputs));
        foreach (WeightTensor part in parts)
        {
            part.Release();
            _packed += part.ElementCount;
        }

        progress?.Report(_packed);
        return matrix;
    }

    // What holds the grids of all parts exactly; null unless all have one.
    private static Int4Scales? GridScales(WeightTensor[] parts)
    {
        if (!parts.All(p => p.GridScales is not null))
            return null;
        return parts.All(p => p.GridScales == parts[0].GridScales) ? parts[0].GridScales : Int4Scales.Single;
    }

    // Quantized once, a tensor is not rounded to 4 bits a second time.
    private static bool IsPlain(WeightTensor tensor) => tensor.DataType is "F32" or "F16" or "BF16";

    // Rows of a tensor and the row of the matrix where the first of them goes; in ascending order of that.
    private readonly record struct RowRun(WeightTensor Tensor, int First, int Target, int Count);

    // A whole panel of outputs is an item: no two items touch one cache line.
    private readonly struct PackJob(List<RowRun> runs, WeightMatrix matrix, bool onGrid) : IJob
    {
        public void Execute(int item, int worker)
        {
            int first = item * Panel.Width, end = Math.Min(first + Panel.Width, matrix.Outputs);
            if (onGrid)
                CopyGrid((Int4Matrix)matrix, first, end);
            else
                Convert(first, end);
        }

        private void Convert(int first, int end)
        {
            int inputs = matrix.Inputs;
            float[] rows = new float[Panel.Width * inputs];
            foreach (RowRun run in runs)
            {
                int from = Math.Max(first, run.Target), to = Math.Min(end, run.Target + run.Count);
                if (from < to)
                    run.Tensor.ReadRows(run.First + from - run.Target, to - from, rows.AsSpan((from - first) * inputs, (to - from) * inputs));
            }

            matrix.SetRows(first, rows.AsSpan(0, (end - first) * inputs));
        }

        private void CopyGrid(Int4Matrix target, int first, int end)
        {
            int inputs = target.Inputs, groups = inputs / Int4Matrix.GroupSize;
            byte[] levels = new byte[Panel.Width * inputs];
            float[] scales = new float[Panel.Width * groups], minima = new float[Panel.Width * groups];
            foreach (RowRun run in runs)
            {
                int from = Math.Max(first, run.Target), count = Math.Min(end, run.Target + run.Count) - from;
                if (count <= 0)
                    continue;
                run.Tensor.ReadGrid(run.First + from - run.Target, count, levels, scales, minima);
                target.SetGrid(from, count, levels, scales, minima);
            }
        }
    }
}
