using System.Xml.Linq;
using Espalier.Pruning.Units;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Tests.Reporting;

public sealed class UnitPruningLogChartTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Errors_stand_against_the_units_left_with_and_without_retraining()
    {
        XElement svg = Draw(Log(1, [Round(8, 2), Round(6, 4, 3), Round(4, 9) with { IsTakenBack = true }]));
        Assert.Equal(["units removed: 10, 5", "units removed: 8, 10", "units removed: 6, 20", "retrained: 6, 15"], Points(svg));
        Assert.Contains("error, % (digits)", svg.Elements(s_svg + "text").Select(text => text.Value));
        Assert.Equal("Units removed by apoz", (string)svg.Element(s_svg + "title")!);
    }

    [Fact]
    public void Without_classes_the_loss_is_drawn_and_a_run_of_no_rounds_has_its_start()
    {
        XElement svg = Draw(Log(null, []));
        Assert.Equal(["units removed: 10, 0.5"], Points(svg));
        Assert.Contains("loss (digits)", svg.Elements(s_svg + "text").Select(text => text.Value));
    }

    private static XElement Draw(UnitPruningLog log) => XDocument.Parse(UnitPruningLogChart.ToSvg(log)).Root!;

    private static string[] Points(XElement svg) => [.. svg.Elements(s_svg + "circle").Select(circle => circle.Value)];

    private static UnitPruningLog Log(int? errors, UnitPruningRound[] rounds) =>
        new("apoz", "Once", "digits", 10, 6, new Evaluation(20, errors, 0.5), new Evaluation(20, errors, 0.5), rounds);

    private static UnitPruningRound Round(int left, int errors, int? retrained = null) =>
        new(1, [], left, null, new Evaluation(20, 1, 0.5), new Evaluation(20, errors, 0.5),
            retrained is int some ? new Evaluation(20, some, 0.5) : null, false);
}
