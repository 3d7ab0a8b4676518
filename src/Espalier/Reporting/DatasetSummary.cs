using System.Globalization;
using Espalier.Data;

namespace Espalier.Reporting;

/// <summary>The facts about a set that fit a page, or a JSON object (its properties are plain values and lists).</summary>
/// <param name="Name">What the set is called.</param>
/// <param name="InputShape">The shape of one sample, as in the model file: "1x28x28" or "17".</param>
/// <param name="Train">The training part.</param>
/// <param name="Test">The test part.</param>
/// <param name="Classes">The classes, by label; empty when the set is one of regression.</param>
/// <param name="Features">The input values one by one; empty for pictures.</param>
/// <param name="Targets">The target values; empty when the set is one of classification.</param>
public sealed record DatasetSummary(
    string Name, string InputShape, PartSummary Train, PartSummary Test,
    IReadOnlyList<ClassSummary> Classes, IReadOnlyList<FeatureSummary> Features, IReadOnlyList<FeatureSummary> Targets)
{
    /// <summary>Sums up a set.</summary>
    public static DatasetSummary Of(string name, DataSplit split)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(split);
        Dataset train = split.Train;
        return new DatasetSummary(
            name, train.InputShape.ToString(), SummarizePart(train), SummarizePart(split.Test), CountClasses(train, split.Test),
            train.InputShape.IsFlat ? SummarizeFeatures(train) : [], SummarizeTargets(train));
    }

    /// <summary>The summary as text for a person, in lines ended by <c>\n</c>.</summary>
    public string ToText()
    {
        List<string[]> parts = [["", "train", "test"]];
        void AddPartRow(string title, Func<PartSummary, string> show) => parts.Add([title, show(Train), show(Test)]);
        AddPartRow("samples", part => Count(part.Count));
        AddPartRow("least input", part => Number(part.Min));
        AddPartRow("mean input", part => Number(part.Mean));
        AddPartRow("greatest input", part => Number(part.Max));
        AddPartRow("inputs not 0", part => part.NonZeroShare.ToString("P1", CultureInfo.InvariantCulture));
        foreach (ClassSummary c in Classes)
        {
            parts.Add([$"class {c.Name}", Count(c.Train), Count(c.Test)]);
        }

        string answers = Classes.Count > 0 ? $"{Classes.Count} classes" : $"{Targets.Count} target value(s)";
        string text = $"{Name}: inputs {InputShape}, {answers}\n\n{TextTable.Format(parts)}";
        if (Features.Count + Targets.Count == 0) return text;
        List<string[]> values = [["train, units of the file", "min", "mean", "max", "std"]];
        foreach (FeatureSummary f in (FeatureSummary[])[.. Features, .. Targets])
        {
            values.Add([f.Name, Number(f.Min), Number(f.Mean), Number(f.Max), Number(f.StandardDeviation)]);
        }

        return $"{text}\n{TextTable.Format(values)}";
    }

    private static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static PartSummary SummarizePart(Dataset part)
    {
        float min = float.PositiveInfinity, max = float.NegativeInfinity;
        double sum = 0;
        int nonZero = 0;
        foreach (float value in part.Inputs)
        {
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
            sum += value;
            if (value != 0) nonZero++;
        }

        int total = part.Inputs.Length;
        return new PartSummary(part.Count, min, max, sum / total, nonZero / (double)total);
    }

    private static ClassSummary[] CountClasses(Dataset train, Dataset test)
    {
        var trainCounts = new int[train.ClassNames.Count];
        var testCounts = new int[train.ClassNames.Count];
        foreach (int label in train.Labels ?? []) trainCounts[label]++;
        foreach (int label in test.Labels ?? []) testCounts[label]++;
        return [.. train.ClassNames.Select((name, label) => new ClassSummary(name, trainCounts[label], testCounts[label]))];
    }

    private static FeatureSummary[] SummarizeFeatures(Dataset train)
    {
        var summaries = new FeatureSummary[train.InputShape.Length];
        for (int f = 0; f < summaries.Length; f++)
        {
            string name = train.FeatureNames.Count > 0 ? train.FeatureNames[f] : CsvColumns.PositionName(f);
            float scale = train.Scaling?.Scales[f] ?? 1, offset = train.Scaling?.Offsets[f] ?? 0;
            summaries[f] = SummarizeColumn(name, train.Inputs, f, summaries.Length, scale, offset);
        }

        return summaries;
    }

    private static FeatureSummary[] SummarizeTargets(Dataset train)
    {
        if (train.Targets is not { } targets) return [];
        var summaries = new FeatureSummary[train.TargetLength];
        for (int t = 0; t < summaries.Length; t++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"target {t + 1}");
            summaries[t] = SummarizeColumn(name, targets, t, summaries.Length, 1, 0);
        }

        return summaries;
    }

    /// <summary>Sums up every <paramref name="stride"/>-th value from <paramref name="start"/> on, times a scale, plus an offset.</summary>
    private static FeatureSummary SummarizeColumn(string name, float[] values, int start, int stride, double scale, double offset)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0, squares = 0;
        int count = values.Length / stride;
        for (int i = start; i < values.Length; i += stride)
        {
            (min, max) = (Math.Min(min, values[i]), Math.Max(max, values[i]));
            sum += values[i];
        }

        double mean = sum / count;
        for (int i = start; i < values.Length; i += stride) squares += (values[i] - mean) * (values[i] - mean);
        double deviation = Math.Sqrt(squares / count);
        return new FeatureSummary(name, min * scale + offset, mean * scale + offset, max * scale + offset, deviation * scale);
    }
}
