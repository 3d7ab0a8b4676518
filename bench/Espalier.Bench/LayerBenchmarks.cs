using BenchmarkDotNet.Attributes;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Bench;

/// <summary>Single layers of several shapes and densities.</summary>
public abstract class LayerBenchmarks : ContenderBenchmarks
{
    [Params("64x64", "256x256", "784x300")]
    public string Layer { get; set; } = "";

    /// <summary>The part of the weights that is left.</summary>
    [Params(0.02, 0.08, 0.2, 1)]
    public double Density { get; set; }

    /// <inheritdoc/>
    protected override Network CreateNetwork()
    {
        int[] lengths = [.. Layer.Split('x').Select(int.Parse)];
        return RandomNetwork.Create(7, Density, Activation.Relu, Activation.Relu, lengths);
    }
}
