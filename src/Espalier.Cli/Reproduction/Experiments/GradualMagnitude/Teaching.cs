using Espalier.Data;

namespace Espalier.Cli.Reproduction.Experiments.GradualMagnitude;

/// <summary>Targets from dense networks in place of labels (distillation: Hinton et al. 2015).</summary>
internal static class Teaching
{
    /// <summary>The part of the targets that the teachers say; the rest is the label.</summary>
    private const double TeachersPart = 0.9;

    /// <summary>The temperature at which they say it: softmax(z / T), which is p^(1/T) brought to the sum of 1.</summary>
    private const double Temperature = 2;

    /// <summary>The samples of <paramref name="train"/> with the mean of what the teachers say.</summary>
    /// <param name="train">Labelled samples.</param>
    /// <param name="teachers">What each of them says: probabilities of the classes, samples x classes.</param>
    public static Dataset Targets(Dataset train, IReadOnlyList<float[]> teachers)
    {
        int classes = train.ClassNames.Count;
        var targets = new float[train.Count * classes];
        for (int i = 0; i < train.Count; i++) targets[i * classes + train.Labels![i]] = (float)(1 - TeachersPart);
        foreach (float[] said in teachers)
        {
            for (int start = 0; start < said.Length; start += classes)
            {
                Add(targets.AsSpan(start, classes), said.AsSpan(start, classes), TeachersPart / teachers.Count);
            }
        }

        return Dataset.Regression(train.Name, train.InputShape, train.Inputs, targets, classes);
    }

    private static void Add(Span<float> targets, ReadOnlySpan<float> said, double part)
    {
        double sum = 0;
        foreach (float probability in said) sum += Math.Pow(probability, 1 / Temperature);
        for (int i = 0; i < said.Length; i++) targets[i] += (float)(part * Math.Pow(said[i], 1 / Temperature) / sum);
    }
}
