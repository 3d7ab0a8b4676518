using System.Xml.Linq;
using Espalier.Compilation.Model;
using Espalier.Reporting;

namespace Espalier.Tests.Reporting;

public class ChartTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData(0, 10, new double[] { 0, 2, 4, 6, 8, 10 })]
    [InlineData(-1, 1, new double[] { -1, -0.5, 0, 0.5, 1 })]
    [InlineData(97.1, 98.3, new double[] { 97.2, 97.4, 97.6, 97.8, 98, 98.2 })]
    public void Linear_ticks_are_round(double low, double high, double[] expected) =>
        Assert.Equal(expected, new Axis("x").Ticks(low, high).Select(tick => Math.Round(tick, 6)));

    [Fact]
    public void Logarithmic_ticks_are_decades_on_wide_ranges_and_finer_on_narrow_ones()
    {
        var axis = new Axis("weights", Logarithmic: true);
        Assert.Equal([1000, 10_000, 100_000], axis.Ticks(900, 200_000).Where(tick => Math.Log10(tick) % 1 == 0));
        Assert.Contains(20, axis.Ticks(10, 90));
    }

    [Fact]
    public void A_reversed_axis_puts_the_high_end_first()
    {
        Assert.Equal(0.25, new Axis("x").Position(25, 0, 100), 12);
        Assert.Equal(0.75, new Axis("x", Reversed: true).Position(25, 0, 100), 12);
        Assert.Equal(0.5, new Axis("x", Logarithmic: true).Position(10, 1, 100), 12);
    }

    [Fact]
    public void A_line_chart_is_well_formed_and_draws_every_point_inside_its_frame()
    {
        var chart = new LineChart("Error <&> weights", new Axis("weights", Logarithmic: true, Reversed: true), new Axis("error, %"),
            [new("magnitude", [(266_200, 1.6), (20_000, 1.7), (4_000, 2.4)]),
                new("predicted", [(266_200, 1.6), (4_000, 1.9)], Dashed: true)]);

        XElement svg = XDocument.Parse(chart.ToSvg()).Root!;

        XElement[] points = [.. svg.Elements(s_svg + "circle")];
        Assert.Equal(5, points.Length);
        Assert.All(points, point => Assert.InRange((double)point.Attribute("cx")!, 70, 700));
        Assert.All(points, point => Assert.InRange((double)point.Attribute("cy")!, 48, 362));
        Assert.True((double)points[0].Attribute("cx")! < (double)points[2].Attribute("cx")!);
        Assert.Equal("Error <&> weights", (string)svg.Element(s_svg + "title")!);
    }

    [Fact]
    public void A_frontier_chart_rings_the_best_and_names_them()
    {
        ChartMark fast = new(100, 2.5, "of32 3 %"), good = new(900, 1.5, "of32 9 %");
        var chart = new FrontierChart("Error against time", new Axis("ns", Logarithmic: true), new Axis("error, %"),
            [("of32", [fast, good]), ("weights", [new ChartMark(1500, 1.6, "weights 9 %")])], [fast, good]);

        XElement svg = XDocument.Parse(chart.ToSvg()).Root!;

        XElement[] circles = [.. svg.Elements(s_svg + "circle")];
        Assert.Equal(5, circles.Length);
        Assert.Equal([6.5, 6.5, 4, 4, 4], circles.Select(circle => (double)circle.Attribute("r")!));
        Assert.Equal((string)circles[0].Attribute("cx")!, (string)circles[2].Attribute("cx")!);
        Assert.Equal((string)circles[2].Attribute("fill")!, (string)circles[3].Attribute("fill")!);
        Assert.NotEqual((string)circles[3].Attribute("fill")!, (string)circles[4].Attribute("fill")!);
        Assert.Equal("weights 9 %: 1500, 1.6", circles[4].Value);
        Assert.Equal(["of32 3 %", "of32 9 %"],
            svg.Elements(s_svg + "text").Select(text => text.Value).Where(text => text.Contains('%') && text.Contains("of")));
        Assert.Single(svg.Elements(s_svg + "path"));
    }

    [Fact]
    public void A_legend_that_fits_is_one_row_and_the_picture_has_its_usual_size()
    {
        XElement svg = XDocument.Parse(Named("magnitude", "predicted").ToSvg()).Root!;

        Assert.Equal(("720", "420"), ((string)svg.Attribute("width")!, (string)svg.Attribute("height")!));
        XElement[] names = [.. LegendNames(svg)];
        Assert.Equal(["magnitude", "predicted"], names.Select(name => name.Value));
        Assert.All(names, name => Assert.Equal(43, (double)name.Attribute("y")!));
        Assert.Equal([94, 193.8], names.Select(name => (double)name.Attribute("x")!));
    }

    [Theory]
    [InlineData(1, 250)]
    [InlineData(4, 40)]
    [InlineData(9, 97)]
    [InlineData(20, 12)]
    public void A_long_legend_takes_more_rows_above_a_frame_of_the_usual_height(int count, int length)
    {
        string[] expected = [.. Enumerable.Range(0, count)
            .Select(i => string.Join(' ', Enumerable.Repeat($"word{i}", length)).Substring(0, length).TrimEnd())];
        XElement svg = XDocument.Parse(Named(expected).ToSvg()).Root!;

        XElement[] names = [.. LegendNames(svg)];
        Assert.Equal(string.Join(' ', expected), string.Join(' ', names.Select(name => name.Value)));
        Assert.All(names, name => Assert.InRange((double)name.Attribute("x")! + 6.2 * name.Value.Length, 94, 700));
        double[] rows = [.. names.Select(name => (double)name.Attribute("y")!).Distinct()];
        Assert.Equal(Enumerable.Range(0, rows.Length).Select(row => 43.0 + 16 * row), rows);
        double extra = rows[^1] - 43;
        Assert.True(extra > 0);
        Assert.Equal(420 + extra, (double)svg.Attribute("height")!);
        Assert.All(svg.Elements(s_svg + "circle"), point => Assert.InRange((double)point.Attribute("cy")!, 48 + extra, 362 + extra));
        foreach (IGrouping<double, XElement> row in names.GroupBy(name => (double)name.Attribute("y")!))
        {
            XElement[] sorted = [.. row];
            for (int i = 1; i < sorted.Length; i++)
            {
                double end = (double)sorted[i - 1].Attribute("x")! + 6.2 * sorted[i - 1].Value.Length;
                Assert.True(end + 24 < (double)sorted[i].Attribute("x")!, "names overlap");
            }
        }
    }

    [Fact]
    public void A_name_without_spaces_is_cut_where_the_row_ends()
    {
        string name = new('x', 230);
        string[] pieces = [.. LegendNames(XDocument.Parse(Named(name).ToSvg()).Root!).Select(piece => piece.Value)];
        Assert.Equal(name, string.Concat(pieces));
        Assert.Equal(3, pieces.Length);
    }

    [Fact]
    public void Charts_refuse_what_cannot_be_drawn()
    {
        Assert.Throws<InvalidOperationException>(() => new LineChart("none", new Axis("x"), new Axis("y"), []).ToSvg());
        Assert.Throws<InvalidOperationException>(() =>
            new LineChart("zero", new Axis("x", Logarithmic: true), new Axis("y"), [new("a", [(0, 1)])]).ToSvg());
        Assert.Throws<InvalidOperationException>(() => new BarChart("zero", "ns", [("a", 0)]).ToSvg());
    }

    [Fact]
    public void Bars_grow_with_their_values()
    {
        XElement svg = XDocument.Parse(new BarChart("Time", "ns", [("a", 500), ("b", 5000)], "a").ToSvg()).Root!;
        double[] widths = [.. svg.Elements(s_svg + "rect").Where(rect => rect.Attribute("x") is not null)
            .Select(rect => (double)rect.Attribute("width")!)];
        Assert.Equal(2, widths.Length);
        Assert.True(widths[0] < widths[1]);
    }

    [Fact]
    public void The_picture_of_a_network_draws_one_line_a_weight_and_tells_the_living_units()
    {
        // Unit 1 of the hidden layer reads nothing; input 3 is read by nobody.
        var hidden = SparseMatrix.FromDense(3, 4, [0.5f, -1, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0]);
        var output = SparseMatrix.FromDense(2, 3, [1, 1, -1, 0, 0, 1]);
        var network = new Network("Tiny", Shape.Flat(4), new EquatableArray<Layer>(
            [new DenseLayer("hidden", hidden, new FloatVector(new float[3]), Activation.Relu),
             new DenseLayer("output", output, new FloatVector(new float[2]), Activation.Softmax)]), default);

        XElement svg = XDocument.Parse(NetworkPicture.ToSvg(network)).Root!;

        int lines = svg.Elements(s_svg + "path").Sum(path => ((string)path.Attribute("d")!).Count(c => c == 'M'));
        Assert.Equal(network.WeightCount, lines);
        string[] labels = [.. svg.Elements(s_svg + "text").Select(text => text.Value)];
        Assert.Contains("input: 3 of 4", labels);
        Assert.Contains("hidden: 2 of 3", labels);
        Assert.Contains("output: 2 of 2", labels);
    }

    private static LineChart Named(params string[] names) =>
        new("Errors", new Axis("x"), new Axis("y"), [.. names.Select((name, i) => new ChartSeries(name, [(0, i), (1, i + 1)]))]);

    // The only texts of the legend's size that stand at their start.
    private static IEnumerable<XElement> LegendNames(XElement svg) =>
        svg.Elements(s_svg + "text")
            .Where(text => (string)text.Attribute("font-size")! == "11" && (string)text.Attribute("text-anchor")! == "start");
}
