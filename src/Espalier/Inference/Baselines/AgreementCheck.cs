using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>Holds contenders against a double-precision reference: only what computes the same may be compared in speed.</summary>
public sealed class AgreementCheck
{
    private readonly float[] _inputs;
    private readonly double[][] _references;
    private readonly double _scale;

    /// <summary>Computes the reference of all samples in <paramref name="inputs"/>, row by row.</summary>
    public AgreementCheck(Network network, ReadOnlySpan<float> inputs)
    {
        ArgumentNullException.ThrowIfNull(network);
        int length = network.InputShape.Length;
        _inputs = inputs.ToArray();
        _references = new double[inputs.Length / length][];
        for (int s = 0; s < _references.Length; s++) _references[s] = DoubleReference.Predict(network, inputs.Slice(s * length, length));
        _scale = _references.SelectMany(row => row).Max(Math.Abs);
    }

    /// <summary>
    /// Runs all samples, <paramref name="batch"/> at once (one by one through <see cref="IContender.Predict"/> when it is 1).
    /// </summary>
    /// <returns>The greatest distance of an output from its reference, as a part of the greatest reference output of all samples.</returns>
    /// <exception cref="EspalierException">It is more than <paramref name="tolerance"/>.</exception>
    public double Require(IContender contender, int batch, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(contender);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        double largest = 0;
        var outputs = new float[batch * contender.OutputLength];
        for (int first = 0; first < _references.Length; first += batch)
        {
            int count = Math.Min(batch, _references.Length - first);
            ReadOnlySpan<float> inputs = _inputs.AsSpan(first * contender.InputLength, count * contender.InputLength);
            Span<float> rows = outputs.AsSpan(0, count * contender.OutputLength);
            if (batch == 1) contender.Predict(inputs, rows);
            else contender.PredictBatch(inputs, rows);
            for (int i = 0; i < rows.Length; i++)
            {
                int sample = first + i / contender.OutputLength, output = i % contender.OutputLength;
                double reference = _references[sample][output];
                double deviation = rows[i] == reference ? 0 : Math.Abs(rows[i] - reference) / _scale;
                if (!(deviation <= tolerance))
                {
                    string what =
                        FormattableString.Invariant($"output {output} of sample {sample} is {rows[i]}, the reference {reference}");
                    throw new EspalierException(FormattableString.Invariant(
                        $"{contender.Name}: {what}; more than {tolerance} of the greatest output apart."));
                }

                largest = Math.Max(largest, deviation);
            }
        }

        return largest;
    }
}
