using Espalier.Compilation.Model;
using Espalier.Inference.Baselines.Libxsmm;
using Espalier.Inference.Baselines.OnnxRuntime;

namespace Espalier.Inference.Baselines;

/// <summary>The lists of contenders.</summary>
public static class Contenders
{
    /// <summary>The generated code, then all baselines, in the order of tables. None is made yet.</summary>
    /// <param name="network">What they run.</param>
    /// <param name="options">How the generated code is compiled.</param>
    public static IReadOnlyList<ContenderCandidate> All(Network network, CompileOptions? options = null) =>
        [new(ContenderNames.Espalier, () => new CompiledContender(network, options)), .. Baselines(network)];

    /// <summary>
    /// All that generated code is measured against, for a network, in the order of tables. None is made yet. LIBXSMM, which few machines
    /// have, takes part when its variable names it.
    /// </summary>
    public static IReadOnlyList<ContenderCandidate> Baselines(Network network)
    {
        List<ContenderCandidate> baselines =
        [
            new(ContenderNames.DensePacked, () => new DensePackedContender(network)),
            new(ContenderNames.DenseNaive, () => new DenseNaiveContender(network)),
            new(ContenderNames.TensorPrimitives, () => new TensorPrimitivesContender(network)),
            new(ContenderNames.MathNetDense, () => new MathNetContender(network, isSparse: false)),
            new(ContenderNames.MathNetSparse, () => new MathNetContender(network, isSparse: true)),
            new(ContenderNames.Csr, () => new CsrContender(network)),
        ];
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(LibxsmmLibrary.PathVariable)))
        {
            baselines.Add(new(ContenderNames.Libxsmm, () => new LibxsmmContender(network, LibxsmmLibrary.Load())));
        }

        baselines.Add(new(ContenderNames.OnnxRuntime, () => new OnnxRuntimeContender(network, OnnxRuntimeLibrary.Load())));
        return baselines;
    }
}
