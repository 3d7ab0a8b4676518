using Espalier.Pruning.Patterns;

namespace Espalier.Tests.Pruning.Patterns;

public sealed class ProfileGroupingTests
{
    [Fact]
    public void Things_of_one_kind_come_together_or_are_spread_evenly()
    {
        // 6 kinds of 8, shuffled, each with a place of its own in the profile and a little of all others.
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var random = new SeededRandom(seed);
            int[] kinds = [.. Enumerable.Range(0, 48).OrderBy(_ => random.NextUInt64()).Select(i => i / 8)];
            double[][] profiles =
                [.. kinds.Select(kind => Enumerable.Range(0, 6).Select(i => i == kind ? 1 : 0.2 * random.NextDouble()).ToArray())];
            int[] alike = ProfileGrouping.Alike(profiles, 8), unlike = ProfileGrouping.Unlike(profiles, 6);
            Assert.All(kinds.Zip(alike).GroupBy(pair => pair.Second), group => Assert.Single(group.Select(pair => pair.First).Distinct()));
            Assert.All(kinds.Zip(unlike).GroupBy(pair => pair.Second), group =>
                Assert.Equal(6, group.Select(pair => pair.First).Distinct().Count()));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_exchange_of_two_does_better_and_chance_does_worse(ulong seed)
    {
        var random = new SeededRandom(seed);
        double[][] profiles =
            [.. Enumerable.Range(0, 45).Select(_ => Enumerable.Range(0, 12).Select(_ => Math.Pow(random.NextDouble(), 4)).ToArray())];
        int[] follow = [.. Enumerable.Range(0, 45).Select(i => i / 8)];
        int[] alike = ProfileGrouping.Alike(profiles, 8), unlike = ProfileGrouping.Unlike(profiles, 8);
        Assert.True(Squares(profiles, unlike) < 0.97 * Squares(profiles, follow));
        Assert.True(Squares(profiles, alike) > 1.1 * Squares(profiles, follow));
        foreach ((int[] groups, int sign) in ((int[], int)[])[(alike, 1), (unlike, -1)])
        {
            Assert.Equal([8, 8, 8, 8, 8, 5], Enumerable.Range(0, 6).Select(group => groups.Count(other => other == group)));
            double reached = Squares(profiles, groups);
            for (int a = 0; a < 45; a++)
            {
                for (int b = 0; b < a; b++)
                {
                    int[] other = (int[])groups.Clone();
                    (other[a], other[b]) = (other[b], other[a]);
                    Assert.True(sign * (Squares(profiles, other) - reached) < 1e-7 * reached);
                }
            }
        }
    }

    [Fact]
    public void Profiles_of_nothing_are_grouped_too()
    {
        double[][] profiles = [.. Enumerable.Range(0, 20).Select(_ => new double[3])];
        foreach (int[] groups in (int[][])[ProfileGrouping.Alike(profiles, 8), ProfileGrouping.Unlike(profiles, 8)])
        {
            Assert.Equal([8, 8, 4], Enumerable.Range(0, 3).Select(group => groups.Count(other => other == group)));
        }
    }

    private static double Squares(double[][] profiles, int[] groups) => Enumerable.Range(0, groups.Max() + 1).Sum(group =>
        Enumerable.Range(0, profiles[0].Length).Sum(i =>
            Math.Pow(Enumerable.Range(0, groups.Length).Where(one => groups[one] == group).Sum(one => profiles[one][i]), 2)));
}
