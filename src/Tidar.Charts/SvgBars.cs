using System.Globalization;
using System.Text;

namespace Tidar.Charts;

/// <summary>Bars that go to the right from zero, one below the other, as SVG without a background. A dashed line marks the length that the others are compared with.</summary>
/// <param name="horizontal">What their length says, with its unit.</param>
/// <param name="bars">At least one.</param>
/// <param name="mark">Where the dashed line is; null for none.</param>
public sealed class SvgBars(string horizontal, IReadOnlyList<SvgBar> bars, double? mark = null)
{
    private const int Width = 860;
    private const int Left = 190;
    private const int Right = 130;
    private const int Top = 10;
    private const int Row = 26;
    private const int Thickness = 16;
    private const int Bottom = 44;

    /// <summary>The picture as an <c>svg</c> element.</summary>
    public string ToSvg()
    {
        int end = Top + (bars.Count * Row), right = Width - Right, height = end + Bottom;
        ChartAxis axis = ChartAxis.FromZero(bars.Max(static b => Math.Max(b.Value, b.Most)));
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\"");
        svg.Append(CultureInfo.InvariantCulture, $" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{SvgColor.Text}\">\n");
        foreach (double tick in axis.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(tick):F1}\" x2=\"{X(tick):F1}\" y1=\"{Top}\" y2=\"{end}\" stroke=\"{SvgColor.Text}\" stroke-opacity=\"0.25\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(tick):F1}\" y=\"{end + 17}\" text-anchor=\"middle\">{axis.Label(tick)}</text>\n");
        }

        for (int i = 0; i < bars.Count; i++)
            Draw(svg, bars[i], Top + (i * Row) + ((Row - Thickness) / 2));
        if (mark is double value)
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(value):F1}\" x2=\"{X(value):F1}\" y1=\"{Top}\" y2=\"{end}\" stroke=\"{SvgColor.Text}\" stroke-dasharray=\"4 3\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Top}V{end}H{right}\" fill=\"none\" stroke=\"{SvgColor.Text}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + right) / 2}\" y=\"{end + 36}\" text-anchor=\"middle\">{SvgText.Escape(horizontal)}</text>\n</svg>\n");
        return svg.ToString();

        double X(double length) => Left + (axis.Share(length) * (right - Left));

        void Draw(StringBuilder picture, SvgBar bar, int y)
        {
            int middle = y + (Thickness / 2);
            picture.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{middle + 4}\" text-anchor=\"end\">{SvgText.Escape(bar.Name)}</text>");
            picture.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{X(bar.Value) - Left:F1}\" height=\"{Thickness}\" rx=\"2\" fill=\"{bar.Color}\"/>");
            if (bar.Most > bar.Least)
                picture.Append(CultureInfo.InvariantCulture, $"<path d=\"M{X(bar.Least):F1} {middle - 4}V{middle + 4}M{X(bar.Least):F1} {middle}H{X(bar.Most):F1}M{X(bar.Most):F1} {middle - 4}V{middle + 4}\" stroke=\"{SvgColor.Text}\" fill=\"none\"/>");
            picture.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(Math.Max(bar.Value, bar.Most)) + 8:F1}\" y=\"{middle + 4}\">{SvgText.Escape(bar.Label)}</text>\n");
        }
    }
}
