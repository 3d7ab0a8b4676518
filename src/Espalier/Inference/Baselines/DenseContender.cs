using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>A contender that runs chains of dense layers only.</summary>
public abstract class DenseContender : Contender
{
    /// <summary>Takes the layers out of a network.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense, or does not read the one before it.</exception>
    /// <exception cref="ArgumentException">The network makes no sense.</exception>
    private protected DenseContender(string name, Network network)
        : base(name, network)
    {
        Layers = [.. network.Layers.Select(layer => layer as DenseLayer
            ?? throw new NotSupportedException($"Layer '{layer.Name}': {name} runs dense layers only."))];
        if (!network.IsChain) throw new NotSupportedException($"{name} runs chains of layers only.");
    }

    private protected IReadOnlyList<DenseLayer> Layers { get; }
}
