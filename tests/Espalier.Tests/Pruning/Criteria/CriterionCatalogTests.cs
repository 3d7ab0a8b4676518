using Espalier.Pruning;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Criteria;

/// <summary>What every criterion of the catalog has to keep.</summary>
public sealed class CriterionCatalogTests
{
    public static TheoryData<string> Names => [.. CriterionCatalog.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_makes_the_criterion_of_that_name(string name) => Assert.Equal(name, CriterionCatalog.Create(name).Name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Counts_are_exact_in_every_kind_of_budget_and_none_comes_back(string name)
    {
        foreach (RemovalBudget budget in (RemovalBudget[])
            [new(40, PruningScope.Global), new(40, PruningScope.PerLayer), RemovalBudget.PerLayer([20, 13, 7])])
        {
            TrainableNetwork network = CriterionData.Network(21, removed: 0.3);
            bool[][] live = Live(network);
            CriterionCatalog.Create(name).Remove(CriterionData.Context(network), budget);
            Assert.Equal(40, network.LiveWeightCount);
            PruningRun.CheckRemoved(network);
            bool[][] left = Live(network);
            for (int l = 0; l < live.Length; l++) Assert.DoesNotContain(true, left[l].Zip(live[l], (after, before) => after && !before));
            if (budget.LayerCounts is not null)
            {
                Assert.Equal(budget.LayerCounts, network.PrunableParameters.Select(layer => layer.LiveCount));
            }
        }
    }

    [Fact]
    public void Chance_removes_the_same_weights_in_many_steps_as_at_once()
    {
        TrainableNetwork network = CriterionData.Network(5), steps = network.Clone();
        PruningCriterion chance = CriterionCatalog.Create("random");
        chance.Remove(CriterionData.Context(network), new RemovalBudget(20, PruningScope.Global));
        for (int keep = 80; keep >= 20; keep -= 10)
        {
            chance.Remove(CriterionData.Context(steps), new RemovalBudget(keep, PruningScope.Global));
        }

        Assert.Equal(Live(network), Live(steps));
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones()
    {
        string message = Assert.Throws<EspalierException>(() => CriterionCatalog.Create("nonsense")).Message;
        Assert.All(CriterionCatalog.All, entry => Assert.Contains(entry.Name, message, StringComparison.Ordinal));
    }

    private static bool[][] Live(TrainableNetwork network) =>
    [
        .. network.PrunableParameters.Select(layer =>
            Enumerable.Range(0, layer.Values.Length).Select(i => CriterionData.IsLive(layer, i)).ToArray()),
    ];
}
