namespace Espalier.Compilation.Kernels;

/// <summary>The ways in which a layer can be compiled.</summary>
public enum KernelKind
{
    /// <summary>Straight-line scalar code: one multiply-add for each surviving weight, the weight a constant in the code.</summary>
    Unrolled,

    /// <summary>A scalar loop over tables of weights and column indices.</summary>
    Table,

    /// <summary>A vector of outputs at a time; permutes of blocks of inputs bring each lane the input of its next weight.</summary>
    Permute,

    /// <summary>A vector of outputs at a time; each input that any of them reads is broadcast to all.</summary>
    Block,

    /// <summary>Several vectors of outputs at a time over all inputs, zero weights included.</summary>
    Dense,

    /// <summary>A convolution, pixels in lanes: each tap that holds a weight is broadcast to all, in a loop over tables of taps.</summary>
    Pixels,

    /// <summary>The same with every tap as straight-line code.</summary>
    UnrolledPixels,

    /// <summary>A loop over values without weights: pooling, addition, concatenation.</summary>
    Loop,
}
