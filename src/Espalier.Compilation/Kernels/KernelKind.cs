namespace Espalier.Compilation.Kernels;

/// <summary>The ways in which a layer can be compiled.</summary>
public enum KernelKind
{
    /// <summary>Straight-line scalar code: one multiply-add for each surviving weight, the weight a constant in the code.</summary>
    Unrolled,

    /// <summary>A scalar loop over tables of weights and column indices.</summary>
    Table,
}
