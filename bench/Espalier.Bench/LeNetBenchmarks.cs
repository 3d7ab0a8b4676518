using BenchmarkDotNet.Attributes;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Bench;

/// <summary>LeNet-300-100, the usual small network of the pruning literature, with random weights left at random places.</summary>
public abstract class LeNetBenchmarks : ContenderBenchmarks
{
    /// <summary>The part of the weights that is left.</summary>
    [Params(0.02, 0.08, 1)]
    public double Density { get; set; }

    /// <inheritdoc/>
    protected override Network CreateNetwork() => RandomNetwork.Create(7, Density, Activation.Relu, Activation.Softmax, 784, 300, 100, 10);
}
