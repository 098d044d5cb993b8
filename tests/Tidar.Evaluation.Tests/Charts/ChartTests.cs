using System.Xml.Linq;
using Tidar.Charts;

namespace Tidar.Evaluation.Tests.Charts;

/// <summary>Axes, and what stands beside what.</summary>
public sealed class ChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData(0.0007)]
    [InlineData(1)]
    [InlineData(6.1)]
    [InlineData(59.9)]
    [InlineData(18_900)]
    public void An_axis_from_zero_ends_with_a_round_number_above_the_largest_value(double high)
    {
        ChartAxis axis = ChartAxis.FromZero(high);
        Assert.Equal(0, axis.Share(0));
        Assert.InRange(axis.Share(high), 0.5, 1);
        Assert.InRange(axis.Ticks.Count(), 3, 8);
    }

    [Fact]
    public void Doublings_take_the_same_room()
    {
        ChartAxis axis = ChartAxis.Doubling(128, 8192);
        Assert.Equal([128, 256, 512, 1024, 2048, 4096, 8192], axis.Ticks);
        Assert.Equal(axis.Share(512) - axis.Share(256), axis.Share(8192) - axis.Share(4096), 9);
        Assert.Equal([4, 8], ChartAxis.Doubling(4, 4).Ticks);
    }

    [Fact]
    public void Bars_name_their_unit_their_values_and_what_they_are_compared_with()
    {
        XElement svg = XElement.Parse(new SvgBars("tokens/s", [new SvgBar("a<b", SvgColor.Blue, 10, 9, 12, "10 & more"), new SvgBar("c", SvgColor.Green, 0, 0, 0, "0")], mark: 5).ToSvg());
        string[] texts = [.. svg.Elements(Svg + "text").Select(static t => t.Value)];
        Assert.Superset(new HashSet<string>(["tokens/s", "a<b", "10 & more", "c", "0"], StringComparer.Ordinal), texts.ToHashSet(StringComparer.Ordinal));
        Assert.Single(svg.Elements(Svg + "line"), static l => l.Attribute("stroke-dasharray") is not null);
    }

    [Fact]
    public void Names_beside_points_do_not_cover_one_another()
    {
        SvgChart chart = new("x", "n") { Axis = HorizontalAxis.FromZero };
        SvgPanel panel = chart.Add("y", fromZero: true, namesPoints: true);
        for (int i = 0; i < 5; i++)
            panel.AddPoints($"name{i}", SvgColor.Of(i), [new ChartPoint(3, 10)]);
        double[] heights = [.. XElement.Parse(chart.ToSvg()).Elements(Svg + "text").Where(static t => t.Value.StartsWith("name", StringComparison.Ordinal)).Select(static t => (double)t.Attribute("y")!).Order()];
        Assert.Equal(5, heights.Length);
        Assert.All(heights.Zip(heights.Skip(1)), static p => Assert.True(p.Second - p.First >= 13));
    }

    [Fact]
    public void A_legend_that_does_not_fit_beside_the_title_gets_lines_of_its_own()
    {
        SvgChart chart = new("x");
        SvgPanel panel = chart.Add("y");
        for (int i = 0; i < 12; i++)
            panel.AddPoints($"a rather long name {i}", SvgColor.Of(i), [new ChartPoint(1, i), new ChartPoint(2, i + 1)]);
        double[] x = [.. XElement.Parse(chart.ToSvg()).Elements(Svg + "text").Where(static t => t.Value.StartsWith("a rather", StringComparison.Ordinal)).Select(static t => (double)t.Attribute("x")!)];
        Assert.Equal(12, x.Length);
        Assert.All(x, static at => Assert.InRange(at, 0, 860));
    }

    [Fact]
    public void Text_is_escaped_and_what_could_turn_or_steer_it_is_replaced() =>
        Assert.Equal("&lt;a b=&quot;&#39;&amp;&quot;&gt;\uFFFD\uFFFD\uFFFD\n\tü", SvgText.Escape("<a b=\"'&\">\0\u202E\uD800\n\tü"));
}
