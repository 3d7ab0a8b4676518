namespace Espalier.Inference;

/// <summary>How one form of the generated code compares with the reference interpreter over the lowered network.</summary>
/// <param name="Name">
/// Which: <c>scalar</c>, <c>vector128</c>, <c>vector256</c>, <c>vector512</c> or <c>batch</c>; of a part of it, the layers that are
/// computed there.
/// </param>
/// <param name="Deviation">The deviation; of vector code, over the outputs that have a bound.</param>
/// <param name="BoundShare">
/// The largest share that an output's deviation takes of its bound (see <see cref="RoundingBound"/>); of scalar code, whose bound is
/// nought, 0 when all bits are equal and else +infinity.
/// </param>
public sealed record CodeVerification(string Name, Deviation Deviation, double BoundShare)
{
    /// <summary>
    /// What the layers yield on the way, those that are computed in one go together; their deviations are over inputs of ordinary size.
    /// Empty where the code holds all values in registers, and for batches.
    /// </summary>
    public IReadOnlyList<CodeVerification> Layers { get; init; } = [];

    /// <summary>Whether the code is as exact as it must be, layer by layer.</summary>
    public bool Holds => BoundShare <= 1 && Layers.All(layer => layer.Holds);

    internal static CodeVerification None(string name) => new(name, Deviation.None, 0);

    /// <summary>The same with one sample more, held to its bits.</summary>
    internal CodeVerification WithExact(BoundedOutputs expected, ReadOnlySpan<float> actual)
    {
        Deviation all = Deviation.Or(Deviation.Between(actual, expected.Values));
        return this with { Deviation = all, BoundShare = all.BitEqual ? 0 : double.PositiveInfinity };
    }

    /// <summary>The same with one sample more, held to its bound.</summary>
    internal CodeVerification WithBounded(BoundedOutputs expected, ReadOnlySpan<float> actual) => this with
    {
        Deviation = Deviation.Or(expected.DeviationOf(actual)),
        BoundShare = Math.Max(BoundShare, expected.BoundShare(actual)),
    };
}
