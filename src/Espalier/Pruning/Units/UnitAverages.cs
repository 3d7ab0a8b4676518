using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>Averages of something about each unit's output over a set of samples; of a filter, over all positions too.</summary>
internal static class UnitAverages
{
    /// <summary>The average at each face that is asked for.</summary>
    /// <param name="sweep">The passes over the samples.</param>
    /// <param name="engine">Does the work.</param>
    /// <param name="asked">The faces by layer and unit.</param>
    /// <param name="transform">
    /// Replaces a value (its number, -1 for the input; samples x numbers) by what is to be averaged; null for the value itself.
    /// </param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>An average for each face.</returns>
    public static double[][][] Measure(
        SampleSweep sweep, ComputeEngine engine, UnitFace[][][] asked, Transform? transform, CancellationToken cancellation)
    {
        double[][][] averages = Array.ConvertAll(asked, layer => Array.ConvertAll(layer, unit => new double[unit.Length]));
        var places = asked
            .SelectMany((layer, i) => layer.SelectMany((unit, j) => unit.Select((face, k) => (Face: face, Sums: averages[i][j], Index: k))))
            .GroupBy(place => place.Face.Value).Select(group => (Value: group.Key, Places: group.ToArray())).ToArray();
        float[] values = [];
        double part = 1.0 / sweep.Data.Count;
        sweep.Run(engine, (_, count) =>
        {
            foreach ((int value, (UnitFace Face, double[] Sums, int Index)[] group) in places)
            {
                int width = (value < 0 ? sweep.Network.InputShape : sweep.Network.Layers[value].OutputShape).Length;
                if (values.Length < count * width) values = new float[count * width];
                Span<float> batch = values.AsSpan(0, count * width);
                group[0].Face.ValueIn(sweep.Pass).AsSpan(0, batch.Length).CopyTo(batch);
                transform?.Invoke(value, batch);
                foreach ((UnitFace face, double[] sums, int index) in group)
                {
                    double each = part / face.Length;
                    for (int sample = 0; sample < count; sample++)
                    {
                        foreach (float number in face.Of(batch, sample, width)) sums[index] += each * number;
                    }
                }
            }
        }, cancellation);
        return averages;
    }

    /// <summary>What is done to a value before it is averaged.</summary>
    internal delegate void Transform(int value, Span<float> numbers);
}
