using System.Globalization;
using System.Text;

namespace Tidar.Charts;

/// <summary>Panels above one another with one axis to the right, as SVG without a background: it can stand on a light and on a dark page.</summary>
/// <param name="horizontal">What goes to the right.</param>
/// <param name="name">Begins the ids inside the picture; pictures on one page need different ones.</param>
public sealed class SvgChart(string horizontal, string name = "p")
{
    private const int Width = 860;
    private const int Left = 62;
    private const int Right = 18;
    private const int Top = 34;
    private const int FirstHeight = 300;
    private const int FurtherHeight = 150;
    private const int Gap = 46;
    private const int Bottom = 44;
    private const int LetterWidth = 7;
    private const int LegendGap = 40;
    private const int LegendLine = 18;

    private readonly List<SvgPanel> _panels = [];

    /// <summary>What kind of axis goes to the right.</summary>
    public HorizontalAxis Axis { get; init; }

    /// <summary>Adds a panel below those that are there.</summary>
    /// <param name="title">What goes upwards, with its unit.</param>
    /// <param name="fromZero">Whether its axis begins at zero.</param>
    /// <param name="namesPoints">Whether names stand beside their points, not in a legend.</param>
    public SvgPanel Add(string title, bool fromZero = false, bool namesPoints = false)
    {
        SvgPanel panel = new(title) { FromZero = fromZero, NamesPoints = namesPoints };
        _panels.Add(panel);
        return panel;
    }

    /// <summary>Writes the picture.</summary>
    public void Write(Stream stream) => stream.Write(Encoding.UTF8.GetBytes(ToSvg()));

    /// <summary>The picture as an <c>svg</c> element.</summary>
    public string ToSvg()
    {
        int top = Top + Lift(_panels[0]);
        int height = top + FirstHeight + ((_panels.Count - 1) * (Gap + FurtherHeight)) + Bottom;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\"");
        svg.Append(CultureInfo.InvariantCulture, $" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{SvgColor.Text}\">\n");
        List<ChartPoint> all = [.. _panels.SelectMany(static p => p.Series).SelectMany(static s => s.Points)];
        double low = all.Min(static p => p.X), high = all.Max(static p => p.X);
        ChartAxis steps = Axis switch
        {
            HorizontalAxis.Doublings => ChartAxis.Doubling(low, high),
            HorizontalAxis.FromZero => ChartAxis.FromZero(high),
            _ => new ChartAxis(Math.Min(1, low), high, isWhole: true),
        };
        int y = top;
        for (int i = 0; i < _panels.Count; i++)
        {
            int panelHeight = i == 0 ? FirstHeight : FurtherHeight;
            Draw(svg, _panels[i], steps, y, panelHeight, i == _panels.Count - 1);
            y += panelHeight + Gap;
        }

        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private void Draw(StringBuilder svg, SvgPanel panel, ChartAxis steps, int top, int height, bool isLast)
    {
        List<double> values = [.. panel.Series.SelectMany(static s => s.Points).Select(static p => p.Y)];
        ChartAxis axis = panel.FromZero ? ChartAxis.FromZero(values.Max()) : new ChartAxis(values.Min(), values.Max(), isWhole: false);
        int right = Width - Right, bottom = top + height;
        foreach (double tick in axis.Ticks)
        {
            double y = Y(tick);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{right}\" y1=\"{y:F1}\" y2=\"{y:F1}\" stroke=\"{SvgColor.Text}\" stroke-opacity=\"0.25\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{axis.Label(tick)}</text>\n");
        }

        foreach (double tick in steps.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(tick):F1}\" x2=\"{X(tick):F1}\" y1=\"{bottom}\" y2=\"{bottom + 4}\" stroke=\"{SvgColor.Text}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(tick):F1}\" y=\"{bottom + 17}\" text-anchor=\"middle\">{steps.Label(tick)}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"{SvgColor.Text}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<clipPath id=\"{name}{top}\"><rect x=\"{Left}\" y=\"{top}\" width=\"{right - Left}\" height=\"{height}\"/></clipPath>\n");
        foreach (SvgSeries series in panel.Series)
        {
            Line(series.Faint, series.Color, "stroke-opacity=\"0.3\"");
            Line(series.Points, series.Color, series.HasMarks ? "stroke-dasharray=\"3 3\"" : "stroke-width=\"2\"");
            foreach (ChartPoint point in series.HasMarks ? series.Points : [])
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(point.X):F1}\" cy=\"{Y(point.Y):F1}\" r=\"3\" fill=\"{series.Color}\"/>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 12 - Lift(panel)}\">{SvgText.Escape(panel.Title)}</text>\n");
        if (isLast)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + right) / 2}\" y=\"{bottom + 36}\" text-anchor=\"middle\">{SvgText.Escape(horizontal)}</text>\n");
        if (panel.NamesPoints)
            Names(svg, [.. panel.Series.Select(s => (s.Name, s.Color, X(s.Points[^1].X), Y(s.Points[^1].Y)))]);
        else
            Legend(svg, panel, top - 12);

        double X(double step) => Left + (steps.Share(step) * (right - Left));

        double Y(double value) => bottom - (axis.Share(value) * height);

        void Line(IReadOnlyList<ChartPoint> points, string color, string style)
        {
            if (points.Count == 0)
                return;
            string path = string.Join('L', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X):F1} {Y(p.Y):F1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{path}\" fill=\"none\" stroke=\"{color}\" {style} clip-path=\"url(#{name}{top})\"/>\n");
        }
    }

    // Names that do not fit beside the title get lines of their own below it.
    private static bool Wraps(SvgPanel panel) => !panel.NamesPoints && (panel.Title.Length * LetterWidth) + panel.Series.Where(static s => s.Name.Length > 0).Sum(Room) > Width - Left - Right;

    private static int Lift(SvgPanel panel) => Wraps(panel) ? LegendLines(panel).Count * LegendLine : 0;

    private static int Room(SvgSeries series) => (series.Name.Length * LetterWidth) + LegendGap;

    private static List<List<SvgSeries>> LegendLines(SvgPanel panel)
    {
        List<List<SvgSeries>> lines = [[]];
        int taken = 0;
        foreach (SvgSeries series in panel.Series.Where(static s => s.Name.Length > 0))
        {
            if (taken + Room(series) > Width - Left - Right && lines[^1].Count > 0)
            {
                lines.Add([]);
                taken = 0;
            }

            lines[^1].Add(series);
            taken += Room(series);
        }

        return lines;
    }

    // From the top down; a name moves further down until it is free of those before it.
    private static void Names(StringBuilder svg, List<(string Text, string Color, double X, double Y)> names)
    {
        const int LineHeight = 14, Beside = 9;
        List<(double Left, double Right, double Y)> taken = [.. names.Select(static n => (n.X - 4, n.X + 4, n.Y))];
        foreach ((string text, string color, double x, double y) in names.OrderBy(static n => n.Y))
        {
            double width = text.Length * LetterWidth;
            bool toTheLeft = x + Beside + width > Width - Right;
            double left = toTheLeft ? x - Beside - width : x + Beside, place = y;
            while (taken.Exists(t => t.Left < left + width && left < t.Right && Math.Abs(t.Y - place) < LineHeight))
                place += 2;
            taken.Add((left, left + width, place));
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(toTheLeft ? x - Beside : left):F1}\" y=\"{place + 4:F1}\" text-anchor=\"{(toTheLeft ? "end" : "start")}\" fill=\"{color}\">{SvgText.Escape(text)}</text>\n");
        }
    }

    private static void Legend(StringBuilder svg, SvgPanel panel, int y)
    {
        List<List<SvgSeries>> lines = LegendLines(panel);
        for (int i = 0; i < lines.Count; i++)
            Legend(svg, lines[i], y - ((lines.Count - 1 - i) * LegendLine));
    }

    private static void Legend(StringBuilder svg, List<SvgSeries> line, int y)
    {
        double x = Width - Right;
        for (int i = line.Count - 1; i >= 0; i--)
        {
            SvgSeries series = line[i];
            x -= series.Name.Length * LetterWidth;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F0}\" y=\"{y}\">{SvgText.Escape(series.Name)}</text>");
            string mark = series.HasMarks
                ? string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x - 12:F0}\" cy=\"{y - 4}\" r=\"3\" fill=\"{series.Color}\"/>\n")
                : string.Create(CultureInfo.InvariantCulture, $"<line x1=\"{x - 22:F0}\" x2=\"{x - 5:F0}\" y1=\"{y - 4}\" y2=\"{y - 4}\" stroke=\"{series.Color}\" stroke-width=\"2\"/>\n");
            svg.Append(mark);
            x -= LegendGap;
        }
    }
}
