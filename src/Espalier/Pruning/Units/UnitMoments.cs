using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>Means and covariances of the units' outputs over a set of samples.</summary>
internal sealed class UnitMoments
{
    private readonly double[][] _means;
    private readonly double[][] _covariances;

    private UnitMoments(double[][] means, double[][] covariances) => (_means, _covariances) = (means, covariances);

    /// <summary>The mean of a unit.</summary>
    public double Mean(UnitId unit) => _means[unit.Layer][unit.Unit];

    /// <summary>The mean of every unit of every layer, the inputs first.</summary>
    public static double[][] Means(SampleSweep sweep, ComputeEngine engine, CancellationToken cancellation) => UnitAverages.Measure(
        sweep, engine, [.. sweep.Network.Layers.Select(layer => new bool[layer.InputShape.Length])], null, cancellation);

    /// <summary>Measures in two passes: the means, then products of what is left when they are taken away.</summary>
    /// <param name="context">The network and the samples.</param>
    /// <param name="withCovariances">Whether <see cref="Fit"/> will be asked.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static UnitMoments Measure(PruningContext context, bool withCovariances, CancellationToken cancellation)
    {
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        double[][] means = Means(sweep, engine, cancellation);
        if (!withCovariances) return new UnitMoments(means, []);

        // The inputs are left out: their units are not made by training, so they never become each other's twins by it.
        double[][] covariances = [.. means.Select((layer, i) => new double[i == 0 ? 0 : layer.Length * layer.Length])];
        float[][] offsets = Array.ConvertAll(means, layer => Array.ConvertAll(layer, mean => (float)mean));
        float[] centred = new float[sweep.Pass.Capacity * means.Max(layer => layer.Length)];
        float[] products = new float[covariances.Max(layer => layer.Length)];
        double part = 1.0 / sweep.Data.Count;
        sweep.Run(engine, (_, count) =>
        {
            for (int layer = 1; layer < means.Length; layer++)
            {
                int width = means[layer].Length;
                for (int sample = 0; sample < count; sample++)
                {
                    TensorPrimitives.Subtract(
                        sweep.Pass.InputOf(layer).AsSpan(sample * width, width), offsets[layer], centred.AsSpan(sample * width, width));
                }

                engine.Product.TransposedMultiply(centred, centred, products, width, width, count);
                for (int i = 0; i < width * width; i++) covariances[layer][i] += part * products[i];
            }
        }, cancellation);
        return new UnitMoments(means, covariances);
    }

    /// <summary>The correlation of two units of a hidden layer, -1 to 1; 0 where one of them does not vary.</summary>
    public double Correlation(UnitId unit, int other)
    {
        double variances = Covariance(unit.Layer, unit.Unit, unit.Unit) * Covariance(unit.Layer, other, other);
        return variances > 0 ? Covariance(unit.Layer, unit.Unit, other) / Math.Sqrt(variances) : 0;
    }

    /// <summary>The straight line that comes nearest to <paramref name="unit"/>, in the mean square, given a twin that varies.</summary>
    public (double Scale, double Offset) Fit(UnitId unit, int twin)
    {
        double scale = Covariance(unit.Layer, unit.Unit, twin) / Covariance(unit.Layer, twin, twin);
        return (scale, _means[unit.Layer][unit.Unit] - scale * _means[unit.Layer][twin]);
    }

    private double Covariance(int layer, int row, int column) => _covariances[layer][row * _means[layer].Length + column];
}
