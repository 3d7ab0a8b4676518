namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// What a packed kernel needs of a vector register, so that one kernel source serves every width. The JIT compiles a generic
/// method over structs once for each struct, and every member here becomes one instruction.
/// </summary>
/// <typeparam name="TVector">The register: <c>Vector512</c>, <c>Vector256</c> or <c>Vector128</c> of float, or a single float.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>The number of floats in a register.</summary>
    public static abstract int Count { get; }

    /// <summary>Reads <see cref="Count"/> floats.</summary>
    public static abstract TVector Load(float* source);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    public static abstract void Store(float* target, TVector value);

    /// <summary>The same float in every lane.</summary>
    public static abstract TVector Broadcast(float value);

    /// <summary><paramref name="left"/> x <paramref name="right"/> + <paramref name="addend"/>, fused where the processor can.</summary>
    public static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The sum, lane by lane.</summary>
    public static abstract TVector Add(TVector left, TVector right);

    /// <summary>The greater of the two, lane by lane; the second where they cannot be compared.</summary>
    public static abstract TVector Max(TVector left, TVector right);
}
