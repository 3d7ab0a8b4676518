using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Allocation;

/// <summary>
/// Looks for the coefficients with which the dynamic program's choice has the least loss on the calibration samples: the best of a number
/// of random draws, then changed a few at a time as long as that helps. Choices that were measured before are not measured again.
/// </summary>
internal sealed class SpdySearch
{
    private readonly IReadOnlyList<ILayerLossCurve> _layers;
    private readonly SpdyProgram _program;
    private readonly SpdyOptions _options;
    private readonly TrainableNetwork _stitched;
    private readonly Evaluator _evaluator;
    private readonly Dictionary<string, double> _measured = [];

    // The layers at the levels that were measured: solving them again would take most of the time.
    private readonly Dictionary<(int Layer, int Level), float[][]> _solved = [];

    public SpdySearch(PruningContext context, IReadOnlyList<ILayerLossCurve> layers, SpdyProgram program, SpdyOptions options)
    {
        (_layers, _program, _options, _stitched) = (layers, program, options, context.Network.Clone());
        int count = Math.Min(context.Train.Count, options.CalibrationSamples);
        Dataset calibration = context.Train.Slice("calibration", 0, count);
        _evaluator = new Evaluator(_stitched, calibration, context.Loss);
    }

    /// <summary>The coefficients for about <paramref name="keep"/> weights.</summary>
    public double[] Find(int keep, CancellationToken cancellation)
    {
        double[] best = [.. _layers.Select(_ => 1.0)];
        if (_options.Starts == 0) return best;
        using var engine = new ComputeEngine(threads: 0);
        var random = new SeededRandom(_options.Seed);
        double least = Measure(best);
        for (int start = 0; start < _options.Starts; start++) Try([.. best.Select(_ => random.NextDouble())]);

        int resampled = Math.Max(1, (int)Math.Round(_options.ResampledShare * best.Length));
        int[] order = [.. Enumerable.Range(0, best.Length)];
        for (int failures = 0; failures < _options.Failures; failures++)
        {
            random.Shuffle<int>(order);
            double[] changed = (double[])best.Clone();
            foreach (int layer in order.AsSpan(0, resampled)) changed[layer] = random.NextDouble();
            if (Try(changed)) failures = -1;
        }

        return best;

        bool Try(double[] coefficients)
        {
            double loss = Measure(coefficients);
            if (loss >= least) return false;
            (least, best) = (loss, coefficients);
            return true;
        }

        double Measure(double[] coefficients)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] levels = _program.Solve(coefficients, keep);
            string key = string.Join(',', levels);
            if (_measured.TryGetValue(key, out double known)) return known;
            for (int layer = 0; layer < levels.Length; layer++) Stitch(layer, levels[layer]);
            return _measured[key] = _evaluator.Evaluate(engine).Loss;
        }
    }

    private void Stitch(int layer, int level)
    {
        IReadOnlyList<Parameter> parameters = Layerwise.WeightedLayers.Of(_stitched)[layer].Layer.Parameters;
        if (_solved.TryGetValue((layer, level), out float[][]? values))
        {
            for (int i = 0; i < values.Length; i++) values[i].CopyTo(parameters[i].Values, 0);
            return;
        }

        foreach (Parameter parameter in parameters) parameter.Thaw();
        _layers[layer].Apply(_stitched, _program.Levels[layer][level]);
        _solved[(layer, level)] = [.. parameters.Select(parameter => (float[])parameter.Values.Clone())];
    }
}
