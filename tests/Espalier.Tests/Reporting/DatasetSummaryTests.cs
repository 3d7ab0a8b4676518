using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Reporting;

namespace Espalier.Tests.Reporting;

public sealed class DatasetSummaryTests
{
    private static readonly Dataset s_train = Dataset.Classification("t train", Shape.Flat(2), [0, 10, 2, 30, 4, 20], [0, 1, 0], ["no",
        "yes"], ["size", "age"]);
    private static readonly Dataset s_test = Dataset.Classification("t test", Shape.Flat(2), [0, 0, 0, 8], [1, 1], ["no", "yes"],
        ["size", "age"]);

    [Fact]
    public void Summary_counts_classes_and_describes_parts_and_features()
    {
        DatasetSummary summary = DatasetSummary.Of("t", new DataSplit(s_train, s_test));
        Assert.Equal([new ClassSummary("no", 2, 0), new ClassSummary("yes", 1, 2)], summary.Classes);
        Assert.Equal(new PartSummary(3, 0, 30, 11, 5 / 6.0), summary.Train);
        Assert.Equal(new PartSummary(2, 0, 8, 2, 0.25), summary.Test);
        Assert.Equal([new FeatureSummary("size", 0, 2, 4, Math.Sqrt(8 / 3.0)), new FeatureSummary("age", 10, 20, 30,
            Math.Sqrt(200 / 3.0))], summary.Features);
    }

    [Fact]
    public void Features_of_a_scaled_set_are_in_the_units_of_the_file()
    {
        FeatureScaling scaling = FeatureScaling.Fit(s_train, MissingValues.Error, standardize: true);
        FeatureSummary age = DatasetSummary.Of("t", new DataSplit(scaling.Apply(s_train), scaling.Apply(s_test))).Features[1];
        Assert.Equal((10, 20, 30), (Math.Round(age.Min, 4), Math.Round(age.Mean, 4), Math.Round(age.Max, 4)));
        Assert.Equal(Math.Sqrt(200 / 3.0), age.StandardDeviation, 4);
    }

    [Fact]
    public void Text_lines_up_its_columns()
    {
        string text = DatasetSummary.Of("t", new DataSplit(s_train, s_test)).ToText();
        Assert.Equal(
            """
            t: inputs 2, 2 classes

                             train    test
            samples              3       2
            least input          0       0
            mean input          11       2
            greatest input      30       8
            inputs not 0    83.3 %  25.0 %
            class no             2       0
            class yes            1       2

            train, units of the file  min  mean  max    std
            size                        0     2    4  1.633
            age                        10    20   30  8.165

            """, text);
    }

    [Fact]
    public void Summary_of_regression_describes_the_targets()
    {
        Dataset set = Dataset.Regression("r", Shape.Flat(1), [1, 2], [3, 5], 1);
        DatasetSummary summary = DatasetSummary.Of("r", new DataSplit(set, set));
        Assert.Empty(summary.Classes);
        Assert.Equal([new FeatureSummary("target 1", 3, 4, 5, 1)], summary.Targets);
        Assert.Contains("r: inputs 1, 1 target value(s)\n", summary.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_is_ready_for_json()
    {
        string json = JsonSerializer.Serialize(DatasetSummary.Of("t", new DataSplit(s_train, s_test)), JsonSerializerOptions.Web);
        Assert.StartsWith("""{"name":"t","inputShape":"2","train":{"count":3,"min":0,"max":30,"mean":11,"nonZeroShare":""", json,
            StringComparison.Ordinal);
        Assert.Contains("""{"name":"yes","train":1,"test":2}""", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_files_cannot_move_the_cursor() => Assert.Equal("a?[2Jb  1\n", TextTable.Format([["a\u001b[2Jb", "1"]]));
}
