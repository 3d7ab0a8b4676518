using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>
/// Means and covariances of what readers see of units, over a set of samples, and of filters over all positions: each position of each
/// image counts as a sample.
/// </summary>
internal sealed class UnitMoments
{
    private readonly double[][][] _means;
    private readonly double[][] _covariances;

    private UnitMoments(double[][][] means, double[][] covariances) => (_means, _covariances) = (means, covariances);

    /// <summary>The mean of a unit at each of its faces.</summary>
    public float[] Means(UnitId unit) => Array.ConvertAll(_means[unit.Layer][unit.Unit], mean => (float)mean);

    /// <summary>Measures in two passes: the means, then products of what is left when they are taken away.</summary>
    /// <param name="context">The network and the samples.</param>
    /// <param name="layers">The units of the network.</param>
    /// <param name="withCovariances">Whether <see cref="Fit"/> will be asked.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static UnitMoments Measure(PruningContext context, UnitLayers layers, bool withCovariances, CancellationToken cancellation)
    {
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        double[][][] means = UnitAverages.Measure(sweep, engine, layers.Faces(), null, cancellation);
        if (!withCovariances) return new UnitMoments(means, []);

        // The inputs are left out: their units are not made by training, so they never become each other's twins by it. So are layers whose
        // units show themselves at several places or not all at the same ones: no one number would say how much alike two of them are.
        double[][] covariances =
            [.. means.Select((units, i) => new double[i == 0 || !IsComparable(layers.Units(i)) ? 0 : units.Length * units.Length])];
        float[] centred = [], products = [];
        double part = 1.0 / sweep.Data.Count;
        sweep.Run(engine, (_, count) =>
        {
            for (int layer = 1; layer < means.Length; layer++)
            {
                if (covariances[layer].Length == 0) continue;
                int width = means[layer].Length, positions = layers.Units(layer)[0].Faces[0].Length;
                Array.Resize(ref centred, Math.Max(centred.Length, count * positions * width));
                Array.Resize(ref products, Math.Max(products.Length, width * width));
                Centre(layers, layer, sweep.Pass, means[layer], count, centred);
                engine.Product.TransposedMultiply(centred, centred, products, width, width, count * positions);
                for (int i = 0; i < width * width; i++) covariances[layer][i] += part / positions * products[i];
            }
        }, cancellation);
        return new UnitMoments(means, covariances);
    }

    /// <summary>The correlation of two units of a hidden layer, -1 to 1; 0 where one does not vary or they cannot be compared.</summary>
    public double Correlation(UnitId unit, int other)
    {
        if (_covariances[unit.Layer].Length == 0) return 0;
        double variances = Covariance(unit.Layer, unit.Unit, unit.Unit) * Covariance(unit.Layer, other, other);
        return variances > 0 ? Covariance(unit.Layer, unit.Unit, other) / Math.Sqrt(variances) : 0;
    }

    /// <summary>The straight line that comes nearest to <paramref name="unit"/>, in the mean square, given a twin that varies.</summary>
    public (double Scale, double Offset) Fit(UnitId unit, int twin)
    {
        double scale = Covariance(unit.Layer, unit.Unit, twin) / Covariance(unit.Layer, twin, twin);
        return (scale, _means[unit.Layer][unit.Unit][0] - scale * _means[unit.Layer][twin][0]);
    }

    private static bool IsComparable(ReadOnlySpan<UnitParts> units)
    {
        foreach (UnitParts unit in units)
        {
            if (unit.Faces.Count != 1 || !unit.IsCongruent(units[0])) return false;
        }

        return units.Length > 0;
    }

    /// <summary>The units' outputs less their means, samples and positions x units.</summary>
    private static void Centre(UnitLayers layers, int layer, NetworkPass pass, double[][] means, int count, float[] centred)
    {
        ReadOnlySpan<UnitParts> units = layers.Units(layer);
        for (int unit = 0; unit < units.Length; unit++)
        {
            UnitFace face = units[unit].Faces[0];
            float[] values = face.ValueIn(pass);
            float mean = (float)means[unit][0];
            for (int sample = 0; sample < count; sample++)
            {
                ReadOnlySpan<float> numbers = face.Of(values, sample, layers.Width(face.Value));
                int row = sample * face.Length;
                for (int i = 0; i < numbers.Length; i++) centred[(row + i) * units.Length + unit] = numbers[i] - mean;
            }
        }
    }

    private double Covariance(int layer, int row, int column) => _covariances[layer][row * _means[layer].Length + column];
}
