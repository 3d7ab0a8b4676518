using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Tests.Data;

public sealed class FeatureScalingTests
{
    // Three features: one that varies, one constant whose mean rounds, one with a missing value.
    private static readonly Dataset s_train = Dataset.Classification(
        "t train", Shape.Flat(3), [1, 0.1f, 10, 2, 0.1f, float.NaN, 3, 0.1f, 40, 6, 0.1f, 20], [0, 1, 0, 1], ["a", "b"]);

    [Fact]
    public void Standardised_training_part_has_mean_0_and_deviation_1_and_constants_stay()
    {
        Dataset scaled = FeatureScaling.Fit(s_train, MissingValues.Median, standardize: true).Apply(s_train);
        foreach (int f in (int[])[0, 2])
        {
            double[] column = [.. Enumerable.Range(0, 4).Select(i => (double)scaled.Input(i)[f])];
            Assert.Equal(0, column.Average(), 6);
            Assert.Equal(1, column.Average(value => value * value), 6);
        }

        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(0.1f, scaled.Input(i)[1]));
    }

    [Theory]
    [InlineData(MissingValues.Mean, 70f / 3)]
    [InlineData(MissingValues.Median, 20f)]
    public void Missing_values_take_the_mean_or_median_of_the_training_part(MissingValues missing, float fill)
    {
        FeatureScaling scaling = FeatureScaling.Fit(s_train, missing, standardize: false);
        Dataset test = Dataset.Classification("t test", Shape.Flat(3), [9, 9, float.NaN], [0], ["a", "b"]);
        Assert.Equal([9, 9, fill], scaling.Apply(test).Inputs);
        Assert.Equal(fill, scaling.Apply(s_train).Input(1)[2]);
    }

    [Fact]
    public void Median_of_an_even_number_of_values_is_between_the_middle_two()
    {
        Dataset train = Dataset.Classification("t", Shape.Flat(1), [4, 1, float.NaN, 3, 2], [0, 1, 0, 1, 0], ["a", "b"]);
        Assert.Equal([2.5f], FeatureScaling.Fit(train, MissingValues.Median, standardize: false).Fills);
    }

    [Fact]
    public void Feature_without_any_value_is_an_error()
    {
        Dataset train = Dataset.Classification("t", Shape.Flat(1), [float.NaN, float.NaN], [0, 1], ["a", "b"]);
        var error = Assert.Throws<EspalierException>(() => FeatureScaling.Fit(train, MissingValues.Mean, standardize: true));
        Assert.Equal("t: feature 1 has no value at all; leave that column out.", error.Message);
    }
}
