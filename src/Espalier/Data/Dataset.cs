using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>
/// Samples with their answers, in memory: inputs row by row, and for each either a class label or a row of target values.
/// </summary>
public sealed class Dataset
{
    private Dataset(
        string name, Shape inputShape, float[] inputs, int[]? labels, IReadOnlyList<string> classNames, float[]? targets, int targetLength,
        IReadOnlyList<string>? featureNames, FeatureScaling? scaling = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(inputs);
        int length = inputShape.Length;
        if (length == 0 || inputs.Length % length != 0)
        {
            throw new ArgumentException($"{inputs.Length} input values do not divide into samples of {inputShape}.", nameof(inputs));
        }

        featureNames ??= [];
        if (featureNames.Count != 0 && featureNames.Count != length)
        {
            throw new ArgumentException($"{featureNames.Count} feature names for samples of {length} values.", nameof(featureNames));
        }

        (Name, InputShape, Inputs, Labels, ClassNames, Targets, TargetLength, FeatureNames, Scaling) =
            (name, inputShape, inputs, labels, classNames, targets, targetLength, featureNames, scaling);
        Count = inputs.Length / length;
    }

    /// <summary>What the set is called in reports, such as "mnist test".</summary>
    public string Name { get; }

    /// <summary>The shape of one input sample.</summary>
    public Shape InputShape { get; }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>All inputs, Count x InputShape.Length in row-major order.</summary>
    public float[] Inputs { get; }

    /// <summary>The class of each sample, or null when the set is one of regression.</summary>
    public int[]? Labels { get; }

    /// <summary>The names of the classes, by label; empty when the set is one of regression.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The target values, Count x TargetLength in row-major order, or null when the set is one of classification.</summary>
    public float[]? Targets { get; }

    /// <summary>The number of target values of a sample; for classification, the number of classes.</summary>
    public int TargetLength { get; }

    /// <summary>The name of each input value; empty when they have none (pixels).</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How the inputs were scaled from the values of the file, or null when they were not.</summary>
    public FeatureScaling? Scaling { get; }

    /// <summary>Whether the samples carry class labels.</summary>
    public bool IsClassification => Labels is not null;

    /// <summary>A set of labelled samples.</summary>
    /// <exception cref="ArgumentException">The counts differ, or a label names no class.</exception>
    public static Dataset Classification(
        string name, Shape inputShape, float[] inputs, int[] labels, IReadOnlyList<string> classNames,
        IReadOnlyList<string>? featureNames = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        var set = new Dataset(name, inputShape, inputs, labels, classNames, null, classNames.Count, featureNames);
        if (labels.Length != set.Count) throw new ArgumentException($"{labels.Length} labels for {set.Count} samples.", nameof(labels));
        foreach (int label in labels)
        {
            if ((uint)label >= (uint)classNames.Count)
            {
                throw new ArgumentException($"Label {label} names none of {classNames.Count} classes.", nameof(labels));
            }
        }

        return set;
    }

    /// <summary>A set of samples with target values.</summary>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static Dataset Regression(
        string name, Shape inputShape, float[] inputs, float[] targets, int targetLength, IReadOnlyList<string>? featureNames = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetLength);
        var set = new Dataset(name, inputShape, inputs, null, [], targets, targetLength, featureNames);
        if (targets.Length != (long)set.Count * targetLength)
        {
            throw new ArgumentException($"{targets.Length} target values for {set.Count} samples of {targetLength}.", nameof(targets));
        }

        return set;
    }

    /// <summary>The input of sample <paramref name="index"/>.</summary>
    public ReadOnlySpan<float> Input(int index) => Inputs.AsSpan(index * InputShape.Length, InputShape.Length);

    /// <summary>A set of the samples at <paramref name="indices"/>, in that order (copied).</summary>
    public Dataset Subset(string name, ReadOnlySpan<int> indices)
    {
        int length = InputShape.Length;
        var inputs = new float[(long)indices.Length * length];
        int[]? labels = Labels is null ? null : new int[indices.Length];
        float[]? targets = Targets is null ? null : new float[indices.Length * TargetLength];
        for (int i = 0; i < indices.Length; i++)
        {
            Input(indices[i]).CopyTo(inputs.AsSpan(i * length));
            if (labels is not null) labels[i] = Labels![indices[i]];
            if (targets is not null) Targets.AsSpan(indices[i] * TargetLength, TargetLength).CopyTo(targets.AsSpan(i * TargetLength));
        }

        return new Dataset(name, InputShape, inputs, labels, ClassNames, targets, TargetLength, FeatureNames, Scaling);
    }

    /// <summary>A set of <paramref name="count"/> samples from <paramref name="start"/> on (copied).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such samples.</exception>
    public Dataset Slice(string name, int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - start);
        return Subset(name, [.. Enumerable.Range(start, count)]);
    }

    /// <summary>The same samples with other input values, which <paramref name="scaling"/> made of these.</summary>
    internal Dataset WithInputs(float[] inputs, FeatureScaling scaling) =>
        new(Name, InputShape, inputs, Labels, ClassNames, Targets, TargetLength, FeatureNames, scaling);

    /// <summary>The same samples under more class names, of which these are the first.</summary>
    internal Dataset WithClassNames(IReadOnlyList<string> classNames) =>
        new(Name, InputShape, Inputs, Labels, classNames, Targets, classNames.Count, FeatureNames, Scaling);
}
