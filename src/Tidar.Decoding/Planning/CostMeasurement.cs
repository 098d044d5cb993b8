using System.Diagnostics;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Planning;

/// <summary>Measures what passes of a model cost on this machine, in rounds over all layouts, so that other work on the machine meets them alike.</summary>
public static class CostMeasurement
{
    private const int QuickContext = 160;
    private const double QuickSeconds = 0.25;
    private const double ThoroughSeconds = 1.5;
    private const int LeastRounds = 3;
    private const int MostRounds = 200;

    private static readonly int[] ThoroughContexts = [64, 512, 2048];
    private static readonly int[] QuickRows = [1, 2, 4, 8, 16];
    private static readonly int[] ThoroughRows = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64];
    private static readonly int[] ThoroughMasks = [2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64];

    /// <summary>A few layouts behind one context: a quarter of a second, and longer only where passes are slow.</summary>
    /// <param name="model">The model.</param>
    /// <param name="draftLength">K.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    public static PassCosts Quick(ILanguageModel model, int draftLength, CancellationToken cancellation = default)
    {
        Layouts layouts = new(QuickRows, [2, 4, .. Blocks(draftLength, [1, 2, draftLength])], draftLength);
        return Measure(model, [QuickContext], layouts, QuickSeconds, cancellation);
    }

    /// <summary>Many layouts behind several contexts: some seconds.</summary>
    /// <param name="model">The model.</param>
    /// <param name="draftLength">K.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    public static PassCosts Thorough(ILanguageModel model, int draftLength, CancellationToken cancellation = default)
    {
        Layouts layouts = new(ThoroughRows, [.. ThoroughMasks, .. Blocks(draftLength, [1, 2, 3, 4, 6, draftLength])], draftLength);
        return Measure(model, ThoroughContexts, layouts, ThoroughSeconds, cancellation);
    }

    private static IEnumerable<int> Blocks(int draftLength, int[] counts) => counts.Where(n => n <= draftLength).Select(n => n * draftLength);

    private static PassCosts Measure(ILanguageModel model, int[] contexts, Layouts layouts, double seconds, CancellationToken cancellation)
    {
        int longest = model.Config.MaxPositions - Math.Max(layouts.Clean[^1], 2 * layouts.DraftLength) - 1;
        List<ContextCosts> measured = [];
        CostCurve? question = null;
        foreach (int context in contexts.Select(c => Math.Clamp(c, 1, Math.Max(1, longest))).Distinct())
        {
            using PassProbe probe = new(model, context, cancellation);
            long start = Stopwatch.GetTimestamp();
            Points clean = new([.. layouts.Clean.Where(n => context + n <= model.Config.MaxPositions)]), masked = new(layouts.Masks), asked = new(layouts.Questions(clean.Rows[^1]));
            for (int round = 0; round < MostRounds; round++)
            {
                double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                // The first round warms up caches and code, unless passes are so slow that there is nothing to gain.
                if (round == 1 && elapsed < seconds / 4)
                    (clean, masked, asked) = (clean.Again(), masked.Again(), asked.Again());
                if (round >= LeastRounds && elapsed > seconds)
                    break;
                if (round > 0 && elapsed > 2 * seconds)
                    break;
                Round(probe, layouts, clean, masked, asked, cancellation);
            }

            measured.Add(new ContextCosts(context, clean.Curve(), masked.Curve()));
            question ??= asked.Curve();
        }

        return new PassCosts(measured, question!);
    }

    private static void Round(PassProbe probe, Layouts layouts, Points clean, Points masked, Points asked, CancellationToken cancellation)
    {
        for (int i = 0; i < masked.Rows.Length; i++)
        {
            int masks = masked.Rows[i];
            int width = masks <= layouts.DraftLength ? masks : layouts.DraftLength;
            Time(masked, i, new StepLayout(1, masks / width, width, 0));
        }

        // Questions are asked of the last and longest chain.
        for (int i = 0; i < clean.Rows.Length; i++)
            Time(clean, i, StepLayout.Chain(clean.Rows[i], 0));
        for (int i = 0; i < asked.Rows.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            probe.Ask(layouts.Numbers.AsSpan(0, asked.Rows[i]));
            asked.Add(i, start);
        }

        void Time(Points points, int point, StepLayout layout)
        {
            cancellation.ThrowIfCancellationRequested();
            probe.Set(layout);
            long start = Stopwatch.GetTimestamp();
            probe.Forward();
            points.Add(point, start);
        }
    }

    // What is measured for a draft length: numbers of clean rows, of masks (up to one block, or whole blocks) and of rows asked for.
    private sealed class Layouts(IEnumerable<int> clean, IEnumerable<int> masks, int draftLength)
    {
        public int DraftLength => draftLength;

        public int[] Clean { get; } = [.. clean.Append(2 * draftLength).Distinct().Order()];

        public int[] Masks { get; } = [.. masks.Where(m => m <= draftLength || m % draftLength == 0).Distinct().Order()];

        public int[] Numbers { get; } = [.. Enumerable.Range(0, 2 * draftLength)];

        public int[] Questions(int most) => [.. new[] { 1, 2, 4, draftLength, 2 * draftLength }.Where(n => n <= most && n <= 2 * draftLength).Distinct().Order()];
    }

    private sealed class Points(int[] rows)
    {
        private readonly List<double>[] _seconds = [.. rows.Select(static _ => new List<double>())];

        public int[] Rows => rows;

        public Points Again() => new(rows);

        public void Add(int point, long start) => _seconds[point].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);

        // The lower quartile: what a pass takes on a machine that is mostly left alone. A clock that is too coarse must not make a pass free.
        public CostCurve Curve() => new(rows, [.. _seconds.Select(static s => Math.Max(1e-9, s.Order().ElementAt((s.Count - 1) / 4)))]);
    }
}
