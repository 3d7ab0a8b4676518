using Espalier.Compilation.Model;
using Espalier.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Espalier.Tests.Data;

public sealed class DatasetSplitterTests
{
    [Fact]
    public void Any_split_is_a_partition_that_keeps_the_shares_of_the_classes()
    {
        Gen<(int[], int)> cases = Gen.Choose(0, 3).ArrayOf().Where(labels => labels.Length >= 2).SelectMany(labels => Gen.Choose(1,
            99).Select(percent => (labels, percent)));
        Prop.ForAll(Arb.From(cases), item =>
        {
            (int[] labels, int percent) = item;
            double fraction = percent / 100.0;
            DataSplit split = DatasetSplitter.Split(Numbered(labels), fraction, 5);
            Assert.Equal(Enumerable.Range(0, labels.Length),
                split.Train.Inputs.Concat(split.Test.Inputs).Order().Select(value => (int)value));
            Assert.All(split.Test.Inputs.Zip(split.Test.Labels!), pair => Assert.Equal(labels[(int)pair.First], pair.Second));
            Assert.Equal(Math.Clamp((int)Math.Round(labels.Length * fraction, MidpointRounding.AwayFromZero), 1, labels.Length - 1),
                split.Test.Count);
            for (int c = 0; c < 4; c++)
            {
                double exact = labels.Count(label => label == c) * fraction;
                Assert.InRange(split.Test.Labels!.Count(label => label == c), Math.Floor(exact) - 1, Math.Ceiling(exact) + 1);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Seed_alone_decides_the_parts()
    {
        Dataset whole = Numbered([.. Enumerable.Range(0, 100).Select(i => i % 3)]);
        Assert.Equal([85, 89, 93, 57], DatasetSplitter.Split(whole, 0.04, 1).Test.Inputs);
        Assert.NotEqual(DatasetSplitter.Split(whole, 0.2, 1).Test.Inputs, DatasetSplitter.Split(whole, 0.2, 2).Test.Inputs);
    }

    [Fact]
    public void Parts_of_a_sorted_set_are_mixed()
    {
        Dataset whole = Numbered([.. Enumerable.Range(0, 100).Select(i => i / 50)]);
        Assert.Equal(2, DatasetSplitter.Split(whole, 0.2, 1).Train.Labels![..10].Distinct().Count());
    }

    [Fact]
    public void Validation_part_leaves_the_rest_under_the_training_sets_name()
    {
        (Dataset train, Dataset validation) = DatasetSplitter.CarveValidation(Numbered([0, 0, 0, 0, 1, 1, 1, 1]), 0.25, 1);
        Assert.Equal(("n", "n validation"), (train.Name, validation.Name));
        Assert.Equal([0, 1], validation.Labels!.Order());
        Assert.Equal(6, train.Count);
    }

    [Fact]
    public void Regression_is_divided_without_classes()
    {
        Dataset whole = Dataset.Regression("r", Shape.Flat(1), [.. Enumerable.Range(0, 10)], [.. Enumerable.Range(0,
            10).Select(i => 2f * i)], 1);
        DataSplit split = DatasetSplitter.Split(whole, 0.3, 1);
        Assert.Equal((7, 3), (split.Train.Count, split.Test.Count));
        Assert.All(split.Test.Inputs.Zip(split.Test.Targets!), pair => Assert.Equal(2 * pair.First, pair.Second));
    }

    [Fact]
    public void One_sample_cannot_be_divided() =>
        Assert.Throws<EspalierException>(() => DatasetSplitter.Split(Dataset.Regression("r", Shape.Flat(1), [1], [1], 1), 0.5, 1));

    [Fact]
    public void Any_folds_are_a_partition_into_even_parts_of_even_classes()
    {
        Gen<(int[], int)> cases = Gen.Choose(0, 3).ArrayOf().Where(labels => labels.Length >= 2).SelectMany(
            labels => Gen.Choose(2, Math.Min(labels.Length, 12)).Select(folds => (labels, folds)));
        Prop.ForAll(Arb.From(cases), item =>
        {
            (int[] labels, int folds) = item;
            IReadOnlyList<DataSplit> splits = DatasetSplitter.Folds(Numbered(labels), folds, 5);
            Assert.Equal(folds, splits.Count);
            Assert.Equal(
                Enumerable.Range(0, labels.Length), splits.SelectMany(split => split.Test.Inputs).Order().Select(value => (int)value));
            foreach (DataSplit split in splits)
            {
                Assert.Equal(Enumerable.Range(0, labels.Length),
                    split.Train.Inputs.Concat(split.Test.Inputs).Order().Select(value => (int)value));
                Assert.All(split.Test.Inputs.Zip(split.Test.Labels!), pair => Assert.Equal(labels[(int)pair.First], pair.Second));
                Assert.InRange(split.Test.Count, labels.Length / folds, (labels.Length + folds - 1) / folds);
                for (int c = 0; c < 4; c++)
                {
                    int count = labels.Count(label => label == c);
                    Assert.InRange(split.Test.Labels!.Count(label => label == c), count / folds, (count + folds - 1) / folds);
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Seed_alone_decides_the_folds()
    {
        Dataset whole = Numbered([.. Enumerable.Range(0, 60).Select(i => i / 20)]);
        float[] first = DatasetSplitter.Folds(whole, 10, 1)[0].Test.Inputs;
        Assert.Equal(first, DatasetSplitter.Folds(whole, 10, 1)[0].Test.Inputs);
        Assert.NotEqual(first, DatasetSplitter.Folds(whole, 10, 2)[0].Test.Inputs);
        DataSplit third = DatasetSplitter.Folds(whole, 10, 1)[2];
        Assert.Equal(("n train 3", "n test 3"), (third.Train.Name, third.Test.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(9)]
    public void Folds_that_cannot_be_are_refused(int folds) => Assert.Contains("folds", Assert.Throws<EspalierException>(
        () => DatasetSplitter.Folds(Numbered([0, 0, 1, 1, 2, 2, 3, 3]), folds, 1)).Message, StringComparison.Ordinal);

    private static Dataset Numbered(int[] labels) =>
        Dataset.Classification("n", Shape.Flat(1), [.. Enumerable.Range(0, labels.Length)], labels, ["a", "b", "c", "d"]);
}
