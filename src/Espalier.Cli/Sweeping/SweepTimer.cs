using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Cli.Sweeping;

/// <summary>
/// Times the generated code of several networks in one run: pass after pass over all of them, so that a processor that slows down or a busy
/// neighbour hits all alike. The median of the passes counts, each the median of many rounds.
/// </summary>
internal sealed class SweepTimer : IDisposable
{
    private readonly IReadOnlyList<Network> _networks;
    private readonly CompiledContender[] _compiled;

    /// <summary>Compiles the networks.</summary>
    public SweepTimer(IReadOnlyList<Network> networks, Action<double> report, CancellationToken cancel)
    {
        (_networks, _compiled) = (networks, new CompiledContender[networks.Count]);
        for (int i = 0; i < _compiled.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            _compiled[i] = new CompiledContender(networks[i]);
            report((i + 1.0) / _compiled.Length);
        }
    }

    /// <summary>The nanoseconds that a sample takes in each network.</summary>
    /// <param name="timing">How to measure.</param>
    /// <param name="report">Told the part that is done.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="EspalierException">A network computes something else than the reference.</exception>
    public double[] Measure(SweepTiming timing, Action<double> report, CancellationToken cancel)
    {
        var options = new BenchmarkOptions { Batch = timing.Batch, Budget = timing.Turn };
        double[][] medians = [.. _networks.Select(_ => new double[timing.Passes])];
        for (int pass = 0; pass < timing.Passes; pass++)
        {
            for (int i = 0; i < _compiled.Length; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var candidate = new ContenderCandidate(ContenderNames.Espalier, () => new Turn(_compiled[i]));
                medians[i][pass] = BenchmarkSuite.Run(_networks[i], [candidate], timing.Inputs, options).Results[0].NsPerSample;
                report((pass + (i + 1.0) / _compiled.Length) / timing.Passes);
            }
        }

        foreach (double[] one in medians) Array.Sort(one);
        return Array.ConvertAll(medians, one => one[timing.Passes / 2]);
    }

    /// <summary>Lets the compiled networks go.</summary>
    public void Dispose()
    {
        foreach (CompiledContender one in _compiled) one.Dispose();
    }

    /// <summary>A compiled network for one turn, which does not end with it.</summary>
    private sealed class Turn(CompiledContender compiled) : IContender
    {
        public string Name => compiled.Name;

        public int InputLength => compiled.InputLength;

        public int OutputLength => compiled.OutputLength;

        public void Predict(ReadOnlySpan<float> input, Span<float> output) => compiled.Predict(input, output);

        public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> outputs) => compiled.PredictBatch(inputs, outputs);

        public void Dispose()
        {
        }
    }
}
