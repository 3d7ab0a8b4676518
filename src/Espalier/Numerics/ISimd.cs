namespace Espalier.Numerics;

/// <summary>
/// The few vector operations that matrix kernels need, so that one source serves every register width. The JIT
/// specialises a generic method for each struct that implements this, and inlines the calls.
/// </summary>
/// <typeparam name="TVector">The vector of single-precision floats.</typeparam>
internal interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>The number of floats in a vector.</summary>
    public static abstract int Width { get; }

    /// <summary>Reads the floats from <paramref name="source"/> on.</summary>
    public static abstract TVector Load(ref readonly float source);

    /// <summary>Writes the floats from <paramref name="destination"/> on.</summary>
    public static abstract void Store(TVector vector, ref float destination);

    /// <summary>The same float in every lane.</summary>
    public static abstract TVector Broadcast(float value);

    /// <summary>left + right.</summary>
    public static abstract TVector Add(TVector left, TVector right);

    /// <summary>The greater of the two in every lane; the right one where they cannot be compared.</summary>
    public static abstract TVector Max(TVector left, TVector right);

    /// <summary>left * right + addend, fused where the hardware can.</summary>
    public static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);
}
