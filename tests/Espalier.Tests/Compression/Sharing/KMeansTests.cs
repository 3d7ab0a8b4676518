using Espalier.Compression.Sharing;
using FsCheck;
using FsCheck.Fluent;

namespace Espalier.Tests.Compression.Sharing;

public sealed class KMeansTests
{
    public static TheoryData<CentroidStart> Starts => [.. Enum.GetValues<CentroidStart>()];

    private static Gen<(float[], int)> Cases =>
        from values in Gen.OneOf(
            Gen.Choose(-1000, 1000).Select(value => value / 128f),
            Gen.Choose(-5, 5).Select(value => (float)value),
            ArbMap.Default.GeneratorFor<float>().Where(value => float.IsFinite(value) && Math.Abs(value) < 1e18f)).NonEmptyListOf()
        from count in Gen.Choose(1, 12)
        select (values.ToArray(), count);

    [Theory]
    [MemberData(nameof(Starts))]
    public void Each_value_is_at_its_nearest_centroid_and_each_centroid_is_the_mean_of_its_values(CentroidStart start) =>
        Prop.ForAll(Arb.From(Cases), item =>
        {
            (float[] values, int count) = item;
            Clustering found = KMeans.Run(values, count, start);

            Assert.InRange(found.Centroids.Count, 1, count);
            Assert.Equal(found.Centroids.Order().Distinct(), found.Centroids);
            for (int c = 0; c < found.Centroids.Count; c++)
            {
                double[] members = [.. values.Where((_, i) => found.Members[i] == c).Select(value => (double)value)];
                double scale = members.Max(Math.Abs);
                Assert.Equal(members.Average(), found.Centroids[c], 1e-6 * scale + float.Epsilon);
            }

            for (int i = 0; i < values.Length; i++)
            {
                double own = Math.Abs((double)values[i] - found.Centroids[found.Members[i]]);
                double least = found.Centroids.Min(centroid => Math.Abs((double)values[i] - centroid));
                Assert.True(own <= least + 1e-6 * Math.Abs(values[i]) + float.Epsilon, $"{values[i]} is {own} away, nearest {least}");
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Starts))]
    public void The_inertia_never_rises_and_ends_at_that_of_the_result(CentroidStart start)
    {
        float[] values = Bell(3000, 5);

        Clustering found = KMeans.Run(values, 16, start);

        Assert.True(found.Inertias.Count > 3);
        for (int i = 1; i < found.Inertias.Count; i++) Assert.True(found.Inertias[i] <= found.Inertias[i - 1] * (1 + 1e-12));
        double sum = values.Select((value, i) => Math.Pow((double)value - found.Centroids[found.Members[i]], 2)).Sum();
        Assert.Equal(sum, found.Inertias[^1], 1e-6 * sum);
    }

    [Fact]
    public void The_linear_start_spans_least_to_most_evenly_and_the_density_start_halves_the_values_evenly()
    {
        float[] sorted = [.. Bell(1000, 7).Order()];

        double[] linear = KMeans.Start(sorted, 8, CentroidStart.Linear, 1), density = KMeans.Start(sorted, 8, CentroidStart.Density, 1);

        Assert.Equal(sorted[0], linear[0]);
        Assert.Equal(sorted[^1], linear[^1], 1e-12);
        for (int c = 1; c < 8; c++) Assert.Equal(((double)sorted[^1] - sorted[0]) / 7, linear[c] - linear[c - 1], 1e-9);
        for (int c = 1; c < 8; c++) Assert.Equal(125, sorted.Count(value => value > density[c - 1] && value <= density[c]));
        Assert.All(KMeans.Start(sorted, 8, CentroidStart.Random, 1), centroid => Assert.Contains((float)centroid, sorted));
        Assert.NotEqual(KMeans.Start(sorted, 8, CentroidStart.Random, 1), KMeans.Start(sorted, 8, CentroidStart.Random, 2));
    }

    /// <summary>On a line the best clusters are stretches, so that all of them can be tried: Lloyd ends no lower than the best.</summary>
    [Fact]
    public void No_start_beats_the_best_of_all_divisions_and_the_best_of_three_is_often_it()
    {
        int best = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            float[] values = [.. Bell(14, seed).Order()];
            double optimum = double.MaxValue;
            for (int a = 1; a < 13; a++)
            {
                for (int b = a + 1; b < 14; b++) optimum = Math.Min(optimum, Cost(values[..a]) + Cost(values[a..b]) + Cost(values[b..]));
            }

            double[] found = [.. Enum.GetValues<CentroidStart>().Select(start => KMeans.Run(values, 3, start).Inertias[^1])];
            Assert.All(found, inertia => Assert.True(inertia >= optimum * (1 - 1e-9)));
            if (found.Min() <= optimum * (1 + 1e-9)) best++;
        }

        Assert.True(best >= 14, $"{best} of 20");

        static double Cost(float[] part) => part.Sum(value => Math.Pow(value - part.Average(other => (double)other), 2));
    }

    [Fact]
    public void No_more_distinct_values_than_clusters_stay_as_they_are()
    {
        float[] values = [3, -1, 0.1f, 3, float.Epsilon, -1, 1e30f];

        Clustering found = KMeans.Run(values, 8, CentroidStart.Linear);

        Assert.Equal(values, found.Members.Select(member => found.Centroids[member]));
        Assert.Equal(0, found.Inertias[^1]);
        Assert.Empty(KMeans.Run([], 4, CentroidStart.Linear).Centroids);
    }

    private static float[] Bell(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }
}
