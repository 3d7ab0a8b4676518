using System.Xml.Linq;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Tests.Reporting;

public sealed class PruningLogChartTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Without_retraining_predictions_add_up_beside_the_measured_losses()
    {
        PruningLog log = Log([Round(1, 100, 80, 0.125, 0.5, 0.75), Round(2, 80, 60, 0.25, 0.75, 1)]);
        Assert.Equal(
            ["weights removed: 100, 0.5", "weights removed: 80, 0.75", "weights removed: 60, 1",
                "predicted: 100, 0.5", "predicted: 80, 0.625", "predicted: 60, 0.875"],
            Points(log));
    }

    [Fact]
    public void After_a_retraining_predictions_start_at_the_measured_loss()
    {
        PruningLog log = Log([Round(1, 100, 80, 0.125, 0.5, 0.75, 0.25), Round(2, 80, 60, 0.25, 0.25, 1, 0.375)]);
        Assert.Equal(["predicted: 100, 0.5", "predicted: 80, 0.625", "predicted: 60, 0.5"], Points(log).Where(IsOf("predicted")));
        Assert.Equal(["retrained: 80, 0.25", "retrained: 60, 0.375"], Points(log).Where(IsOf("retrained")));
    }

    [Fact]
    public void Rounds_that_were_taken_back_or_say_nothing_have_no_points()
    {
        PruningLog log = Log(
        [
            Round(1, 100, 80, null, 0.5, 0.75), Round(2, 80, 40, null, 0.75, 3) with { IsTakenBack = true },
            Round(3, 80, 60, null, 0.75, 1) with { AfterPruning = null },
        ]);
        Assert.Equal(["weights removed: 100, 0.5", "weights removed: 80, 0.75"], Points(log));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0)]
    public void A_run_of_no_rounds_or_of_no_loss_can_be_drawn(double loss)
    {
        PruningLog log = Log([]) with { Before = new Evaluation(10, null, loss) };
        Assert.Equal("Pruning by obd", (string)XDocument.Parse(PruningLogChart.ToSvg(log)).Root!.Element(s_svg + "title")!);
        Assert.Single(Points(log));
    }

    private static Func<string, bool> IsOf(string series) => point => point.StartsWith(series + ":", StringComparison.Ordinal);

    private static string[] Points(PruningLog log) =>
        [.. XDocument.Parse(PruningLogChart.ToSvg(log)).Root!.Elements(s_svg + "circle").Select(circle => circle.Value)];

    private static PruningLog Log(PruningRound[] rounds) => new(
        "obd", "Global", "Linear", "samples", 100, rounds.Length == 0 ? 100 : rounds[^1].WeightsAfter, new Evaluation(10, 1, 0.5),
        new Evaluation(10, 1, 1), rounds);

    private static PruningRound Round(
        int number, int before, int after, double? predicted, double lossBefore, double pruned, double? retrained = null) =>
        new(number, [new LayerPruning("fc1.weights", 100, before, after)], 1, predicted, new Evaluation(10, 1, lossBefore),
            new Evaluation(10, 1, pruned), retrained is double loss ? new Evaluation(10, 1, loss) : null, retrained is null ? 0 : 3, false);
}
