using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Either the network that a text spells or the first error in it: exactly one of the two is set.</summary>
public sealed record ModelReadResult
{
    private ModelReadResult(Network? network, ModelError? error) => (Network, Error) = (network, error);

    /// <summary>The network, or null when the text has an error.</summary>
    public Network? Network { get; }

    /// <summary>The first error, or null when the text is right.</summary>
    public ModelError? Error { get; }

    internal static ModelReadResult Of(Network network) => new(network, null);

    internal static ModelReadResult Of(ModelError error) => new(null, error);
}
