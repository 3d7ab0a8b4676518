namespace Espalier.Inference.Baselines;

/// <summary>The names of all contenders, as the command line's JSON and the tables spell them.</summary>
public static class ContenderNames
{
    /// <summary>The generated code.</summary>
    public const string Espalier = "espalier";

    /// <summary><see cref="DensePackedContender"/>.</summary>
    public const string DensePacked = "dense-packed";

    /// <summary><see cref="DenseNaiveContender"/>.</summary>
    public const string DenseNaive = "dense-naive";

    /// <summary><see cref="TensorPrimitivesContender"/>.</summary>
    public const string TensorPrimitives = "tensor-primitives";

    /// <summary><see cref="MathNetContender"/> with dense storage.</summary>
    public const string MathNetDense = "mathnet-dense";

    /// <summary><see cref="MathNetContender"/> with sparse storage.</summary>
    public const string MathNetSparse = "mathnet-sparse";

    /// <summary><see cref="CsrContender"/>.</summary>
    public const string Csr = "csr";

    /// <summary><see cref="OnnxRuntime.OnnxRuntimeContender"/>.</summary>
    public const string OnnxRuntime = "onnxruntime";

    /// <summary><see cref="Libxsmm.LibxsmmContender"/>.</summary>
    public const string Libxsmm = "libxsmm";
}
