using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>Copies between a matrix and some of its rows.</summary>
internal static class RowSelection
{
    /// <summary>selected[i] = all[rows[i]], rows of <paramref name="width"/>.</summary>
    public static void Gather(WorkerTeam team, ReadOnlySpan<float> all, ReadOnlySpan<int> rows, int width, Span<float> selected)
    {
        GatherJob job = new(all, rows, width, selected);
        team.Run(ref job, RowChunks.Count(rows.Length));
    }

    /// <summary>all[rows[i]] = selected[i]; every other row of <paramref name="all"/> becomes zero. <paramref name="rows"/> ascend.</summary>
    public static void Scatter(WorkerTeam team, ReadOnlySpan<float> selected, ReadOnlySpan<int> rows, int width, Span<float> all)
    {
        ScatterJob job = new(selected, rows, width, all);
        team.Run(ref job, RowChunks.Count(all.Length / width));
    }

    private readonly ref struct GatherJob(ReadOnlySpan<float> all, ReadOnlySpan<int> rows, int width, Span<float> selected) : IJob
    {
        private readonly ReadOnlySpan<float> _all = all;
        private readonly ReadOnlySpan<int> _rows = rows;
        private readonly Span<float> _selected = selected;

        public void Execute(int item, int worker)
        {
            (int first, int count) = RowChunks.Bounds(item, _rows.Length);
            for (int i = first; i < first + count; i++)
                _all.Slice(_rows[i] * width, width).CopyTo(_selected.Slice(i * width, width));
        }
    }

    private readonly ref struct ScatterJob(ReadOnlySpan<float> selected, ReadOnlySpan<int> rows, int width, Span<float> all) : IJob
    {
        private readonly ReadOnlySpan<float> _selected = selected;
        private readonly ReadOnlySpan<int> _rows = rows;
        private readonly Span<float> _all = all;

        public void Execute(int item, int worker)
        {
            (int first, int count) = RowChunks.Bounds(item, _all.Length / width);
            int i = _rows.BinarySearch(first);
            if (i < 0)
                i = ~i;
            for (int r = first; r < first + count; r++)
            {
                Span<float> target = _all.Slice(r * width, width);
                if (i < _rows.Length && _rows[i] == r)
                    _selected.Slice(width * i++, width).CopyTo(target);
                else
                    target.Clear();
            }
        }
    }
}
