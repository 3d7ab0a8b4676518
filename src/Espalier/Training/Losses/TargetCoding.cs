using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Training.Losses;

/// <summary>How class labels become target values and outputs become class labels again.</summary>
/// <remarks>
/// One output a class: the class's own is high, all others low; the first largest output wins. One output for two classes: low is class 0,
/// high is class 1, and the middle decides. High is 1, low is 0, or -1 when the network ends with tanh.
/// </remarks>
internal sealed class TargetCoding
{
    private readonly int _outputs;
    private readonly float _low;
    private readonly float _threshold;

    /// <summary>Makes the coding of a network's last layer.</summary>
    public TargetCoding(Activation activation, int outputs) =>
        (_outputs, _low, _threshold) = (outputs, 2 * activation.DecisionThreshold - 1, activation.DecisionThreshold);

    /// <summary>All targets of <paramref name="data"/>, samples x outputs.</summary>
    /// <exception cref="EspalierException">
    /// The set has another number of classes or targets than the network has outputs, or targets that the loss cannot take.
    /// </exception>
    public float[] Encode(Dataset data, LossKind loss)
    {
        if (data.Targets is float[] targets)
        {
            if (data.TargetLength != _outputs)
            {
                throw new EspalierException(
                    $"Data set '{data.Name}' has {data.TargetLength} target values a sample; the network has {_outputs} outputs.");
            }

            CheckProbabilities(data, targets, loss);
            return targets;
        }

        if (data.TargetLength != _outputs && (data.TargetLength != 2 || _outputs != 1))
        {
            throw new EspalierException(
                $"Data set '{data.Name}' has {data.TargetLength} classes, the network {_outputs} outputs; give it one a class.");
        }

        int[] labels = data.Labels!;
        var encoded = new float[checked(data.Count * _outputs)];
        encoded.AsSpan().Fill(_low);
        for (int i = 0; i < labels.Length; i++)
        {
            if (_outputs > 1) encoded[i * _outputs + labels[i]] = 1;
            else if (labels[i] == 1) encoded[i] = 1;
        }

        return encoded;
    }

    /// <summary>The class that one sample's output values stand for.</summary>
    public int Decide(ReadOnlySpan<float> values) =>
        _outputs > 1 ? TensorPrimitives.IndexOfMax(values) : values[0] > _threshold ? 1 : 0;

    private void CheckProbabilities(Dataset data, float[] targets, LossKind loss)
    {
        if (loss == LossKind.MeanSquaredError) return;
        for (int i = 0; i < data.Count; i++)
        {
            double sum = 0;
            foreach (float target in targets.AsSpan(i * _outputs, _outputs))
            {
                if (!(target >= 0 && target <= 1)) throw Fault(i, $"target {target:R} is no probability");
                sum += target;
            }

            if (loss == LossKind.CategoricalCrossEntropy && Math.Abs(sum - 1) > 1e-4)
            {
                throw Fault(i, $"the targets sum to {sum:R}, not to 1");
            }
        }

        EspalierException Fault(int sample, FormattableString fault) =>
            new($"Data set '{data.Name}', sample {sample}: {FormattableString.Invariant(fault)}, as {loss} needs.");
    }
}
