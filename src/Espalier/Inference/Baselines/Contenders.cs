using Espalier.Compilation.Model;
using Espalier.Inference.Baselines.OnnxRuntime;

namespace Espalier.Inference.Baselines;

/// <summary>The list of the contenders that generated code is measured against.</summary>
public static class Contenders
{
    /// <summary>All baselines for a network, in the order of tables. None is made yet.</summary>
    public static IReadOnlyList<ContenderCandidate> Baselines(Network network) =>
    [
        new(ContenderNames.DensePacked, () => new DensePackedContender(network)),
        new(ContenderNames.DenseNaive, () => new DenseNaiveContender(network)),
        new(ContenderNames.TensorPrimitives, () => new TensorPrimitivesContender(network)),
        new(ContenderNames.MathNetDense, () => new MathNetContender(network, isSparse: false)),
        new(ContenderNames.MathNetSparse, () => new MathNetContender(network, isSparse: true)),
        new(ContenderNames.Csr, () => new CsrContender(network)),
        new(ContenderNames.OnnxRuntime, () => new OnnxRuntimeContender(network, OnnxRuntimeLibrary.Load())),
    ];
}
