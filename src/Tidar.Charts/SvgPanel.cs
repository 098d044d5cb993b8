namespace Tidar.Charts;

/// <summary>One pair of axes of a chart.</summary>
/// <param name="title">What goes upwards, with its unit.</param>
public sealed class SvgPanel(string title)
{
    private const int MostPoints = 500;
    private const double SmoothedShare = 0.02;

    private readonly List<SvgSeries> _series = [];

    /// <summary>What goes upwards.</summary>
    public string Title => title;

    /// <summary>Whether the axis begins at zero, so that heights can be compared.</summary>
    public bool FromZero { get; init; }

    /// <summary>Whether names stand beside the last points of their series, not in a legend: for a few single points.</summary>
    public bool NamesPoints { get; init; }

    /// <summary>What is drawn.</summary>
    public IReadOnlyList<SvgSeries> Series => _series;

    /// <summary>Values that jump from step to step: a smoothed line in front of them.</summary>
    public void AddNoisy(string name, string color, IReadOnlyList<ChartPoint> points)
    {
        List<ChartPoint> few = Thin(points);
        _series.Add(new SvgSeries(name, color, Smooth(few), few, HasMarks: false));
    }

    /// <summary>Single measurements.</summary>
    public void AddPoints(string name, string color, IReadOnlyList<ChartPoint> points) => _series.Add(new SvgSeries(name, color, Thin(points), [], HasMarks: true));

    /// <summary>A line that is computed, not measured.</summary>
    public void AddLine(string name, string color, IReadOnlyList<ChartPoint> points) => _series.Add(new SvgSeries(name, color, Thin(points), [], HasMarks: false));

    // Means of as many neighbours as leave a picture of reasonable size.
    private static List<ChartPoint> Thin(IReadOnlyList<ChartPoint> points)
    {
        int together = (points.Count + MostPoints - 1) / MostPoints;
        return [.. points.Where(static p => double.IsFinite(p.Y)).Chunk(Math.Max(1, together)).Select(static c => new ChartPoint(c.Average(static p => p.X), c.Average(static p => p.Y)))];
    }

    // A running mean whose first values do not lean towards anything (as Adam corrects its moments).
    private static List<ChartPoint> Smooth(List<ChartPoint> points)
    {
        double keep = 1 - (1 / Math.Max(1, SmoothedShare * points.Count)), sum = 0, weight = 0;
        List<ChartPoint> smooth = [];
        foreach (ChartPoint point in points)
        {
            sum = (keep * sum) + ((1 - keep) * point.Y);
            weight = (keep * weight) + (1 - keep);
            smooth.Add(point with { Y = sum / weight });
        }

        return smooth;
    }
}
