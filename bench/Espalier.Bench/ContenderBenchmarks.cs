using BenchmarkDotNet.Attributes;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using MathNet.Numerics;

namespace Espalier.Bench;

/// <summary>
/// All contenders on one network and one batch of inputs. The set-up lets nobody start before all agree with a double-precision
/// reference; ONNX Runtime is left out where its library is missing.
/// </summary>
[MemoryDiagnoser]
public abstract class ContenderBenchmarks
{
    private const double Tolerance = 1e-4;

    // In the order of Contenders.All: an index costs the timed call less than a look-up by name.
    private IContender?[] _contenders = [];
    private float[] _inputs = [], _outputs = [];

    /// <summary>The number of samples a call.</summary>
    protected abstract int Batch { get; }

    [GlobalSetup]
    public void Setup()
    {
        Control.UseManaged();
        Control.UseSingleThread();
        Network network = CreateNetwork();
        _inputs = RandomNetwork.Inputs(network, Batch);
        _outputs = new float[Batch * network.OutputShape.Length];
        var check = new AgreementCheck(network, _inputs);
        _contenders = [.. Contenders.All(network).Select(Create)];
        foreach (IContender? contender in _contenders)
        {
            if (contender is not null) check.Require(contender, Batch, Tolerance);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (IContender? contender in _contenders) contender?.Dispose();
    }

    [Benchmark(Description = ContenderNames.Espalier)]
    public float Generated() => Run(0);

    [Benchmark(Description = ContenderNames.DensePacked, Baseline = true)]
    public float DensePacked() => Run(1);

    [Benchmark(Description = ContenderNames.DenseNaive)]
    public float DenseNaive() => Run(2);

    [Benchmark(Description = ContenderNames.TensorPrimitives)]
    public float TensorPrimitives() => Run(3);

    [Benchmark(Description = ContenderNames.MathNetDense)]
    public float MathNetDense() => Run(4);

    [Benchmark(Description = ContenderNames.MathNetSparse)]
    public float MathNetSparse() => Run(5);

    [Benchmark(Description = ContenderNames.Csr)]
    public float Csr() => Run(6);

    [Benchmark(Description = ContenderNames.OnnxRuntime)]
    public float OnnxRuntime() => Run(7);

    /// <summary>The network to run.</summary>
    protected abstract Network CreateNetwork();

    private static IContender? Create(ContenderCandidate candidate)
    {
        try
        {
            return candidate.Create();
        }
        catch (EspalierException missing)
        {
            Console.WriteLine($"// {candidate.Name}: {missing.Message}");
            return null;
        }
    }

    private float Run(int index)
    {
        IContender contender = _contenders[index]!;
        if (Batch == 1) contender.Predict(_inputs, _outputs);
        else contender.PredictBatch(_inputs, _outputs);
        return _outputs[0];
    }
}
