using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>Plain loops over row-major weights, as anybody would write them first. Allocates nothing per call.</summary>
public sealed class DenseNaiveContender : Contender
{
    private readonly PlainNetwork<float> _network;

    /// <summary>Expands the weights of <paramref name="network"/>.</summary>
    /// <exception cref="ArgumentException">The network makes no sense.</exception>
    public DenseNaiveContender(Network network)
        : base(ContenderNames.DenseNaive, network) => _network = new PlainNetwork<float>(network);

    /// <inheritdoc/>
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) => _network.Predict(input).CopyTo(output);
}
