namespace Espalier.Training.Losses;

/// <summary>The functions that training can minimise; each is a mean over the samples.</summary>
public enum LossKind
{
    /// <summary>The mean over the outputs of (y - t)^2. Goes with every activation.</summary>
    MeanSquaredError,

    /// <summary>The mean over the outputs of -t log y - (1 - t) log(1 - y), t in [0, 1]. Goes with sigmoid and softmax.</summary>
    BinaryCrossEntropy,

    /// <summary>The sum over the outputs of -t log y, where t sums to 1. Goes with softmax.</summary>
    CategoricalCrossEntropy,
}
