using Tidar.Charts;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>The pictures of a comparison, SVG each. A way has one colour in all of them.</summary>
internal static class ComparisonCharts
{
    private const string Milliseconds = "ms a pass";

    /// <summary>Speed of every way, AR's marked.</summary>
    public static string Speed(SettingResult setting) => new SvgBars(
        "tokens/s (median; line: least to most; dashed: AR)",
        [.. setting.Ways.Select(static w => new SvgBar(
            w.Way.Name,
            ColorOf(w.Way),
            Finite(w.TokensPerSecond.Median),
            Finite(w.TokensPerSecond.Least),
            Finite(w.TokensPerSecond.Most),
            $"{Figure.Of(w.TokensPerSecond.Median, 0)} ({Figure.Of(w.Speedup.Median, 2)} × AR)"))],
        Finite(setting.Reference.TokensPerSecond.Median)).ToSvg();

    /// <summary>Tokens a pass against tokens a second: what of the passes saved becomes time saved.</summary>
    public static string PassesAndSpeed(SettingResult setting)
    {
        SvgChart chart = new("tokens a pass (T/NFE)", "passes") { Axis = HorizontalAxis.FromZero };
        SvgPanel panel = chart.Add("tokens/s", fromZero: true, namesPoints: true);
        foreach (WayResult way in setting.Ways)
            panel.AddPoints(way.Way.Name, ColorOf(way.Way), [new ChartPoint(way.Middle.TokensPerPass, Finite(way.TokensPerSecond.Median))]);
        return chart.ToSvg();
    }

    /// <summary>How often guesses are right, by slot; null where no way drafts.</summary>
    public static string? Acceptance(SettingResult setting)
    {
        SvgChart chart = new("slot of the draft (0 is decided, not guessed)", "slots");
        SvgPanel panel = chart.Add("% right with all before it", fromZero: true);
        foreach (WayResult way in ComparisonTable.Drafting(setting))
        {
            RoundMeasurement round = way.Middle;
            panel.AddPoints(way.Way.Name, ColorOf(way.Way), [.. Enumerable.Range(1, round.Drafted.Count - 1)
                .Where(s => round.Drafted[s] > 0).Select(s => new ChartPoint(s, 100.0 * round.Accepted[s] / round.Drafted[s]))]);
        }

        return panel.Series.Count > 0 ? chart.ToSvg() : null;
    }

    /// <summary>Measured cost of a pass over its rows, and what memory and arithmetic allow.</summary>
    public static string Cost(PassCostCurve costs)
    {
        SvgChart chart = new("token rows of a pass", "costs") { Axis = HorizontalAxis.FromZero };
        SvgPanel panel = chart.Add(Milliseconds, fromZero: true);
        panel.AddPoints("measured", SvgColor.Blue, Points(static p => p.Seconds));
        panel.AddLine("memory alone", SvgColor.Green, Points(static p => p.MemorySeconds));
        panel.AddLine("arithmetic alone", SvgColor.Orange, Points(static p => p.ArithmeticSeconds));
        return chart.ToSvg();

        ChartPoint[] Points(Func<PassCostPoint, double> seconds) => [.. costs.Points.Select(p => new ChartPoint(p.Rows, 1000 * seconds(p)))];
    }

    /// <summary>Speed of every way over the number of texts at a time; null where only one was measured.</summary>
    public static string? ByBatch(ComparisonReport report) =>
        Over(report.Settings.Where(s => s.Setting.Context == report.Settings[0].Setting.Context), static s => s.Setting.Batch, "texts at a time", "batches");

    /// <summary>Speed of every way over the length of the prompts; null where only one was measured.</summary>
    public static string? ByContext(ComparisonReport report) =>
        Over(report.Settings.Where(s => s.Setting.Batch == report.Settings[0].Setting.Batch && s.Setting.Context is not null), static s => s.Setting.Context!.Value, "tokens of the prompt", "contexts");

    private static string? Over(IEnumerable<SettingResult> settings, Func<SettingResult, int> position, string horizontal, string name)
    {
        SettingResult[] ordered = [.. settings.OrderBy(position)];
        if (ordered.Length < 2)
            return null;
        SvgChart chart = new(horizontal, name) { Axis = HorizontalAxis.Doublings };
        SvgPanel speed = chart.Add("tokens/s, all texts together", fromZero: true), ratio = chart.Add("÷ AR", fromZero: true);
        for (int way = 0; way < ordered[0].Ways.Count; way++)
        {
            DecodingWay of = ordered[0].Ways[way].Way;
            speed.AddPoints(of.Name, ColorOf(of), Points(w => w.TokensPerSecond.Median));
            ratio.AddPoints("", ColorOf(of), Points(w => w.Speedup.Median));

            ChartPoint[] Points(Func<WayResult, double> figure) => [.. ordered.Select(s => new ChartPoint(position(s), Finite(figure(s.Ways[way]))))];
        }

        return chart.ToSvg();
    }

    private static string ColorOf(DecodingWay way)
    {
        int index = DecodingWays.All.ToList().IndexOf(way);
        return index == 0 ? SvgColor.Text : SvgColor.Of(index - 1);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;
}
