using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Inference.Baselines.OnnxRuntime;
using Espalier.Interchange;

namespace Espalier.Cli;

/// <summary>
/// The other implementations that <c>verify</c> holds generated code against: an ONNX model, and ONNX Runtime where it is there.
/// </summary>
internal static class VerifyReferences
{
    /// <summary>Compares with all that there are.</summary>
    /// <param name="network">The model.</param>
    /// <param name="compiled">Its code.</param>
    /// <param name="onnxPath">An ONNX model that should compute the same; null where there is none.</param>
    /// <param name="seed">Decides the random inputs.</param>
    /// <param name="say">Told why ONNX Runtime was not compared with, although it is there.</param>
    /// <exception cref="EspalierException">The ONNX model cannot be read, or is of another size.</exception>
    public static IReadOnlyList<ReferenceDeviation> Compare(
        Network network, CompiledNetwork compiled, string? onnxPath, ulong seed, Action<string> say)
    {
        var found = new List<ReferenceDeviation>();
        OnnxRuntimeLibrary? library = FindLibrary();
        if (onnxPath is null)
        {
            if (library is null || !CanExport(network, library, out OnnxRuntimeContender? exported)) return found;
            using (exported)
            {
                found.Add(NetworkVerifier.Compare(network, compiled, $"ONNX Runtime {library.Version}", exported!.Predict, seed));
            }

            return found;
        }

        OnnxImportResult import = OnnxImport.Load(onnxPath);
        (int inputs, int outputs) = (import.Network.InputShape.Length, import.Network.OutputShape.Length);
        if ((inputs, outputs) != (network.InputShape.Length, network.OutputShape.Length))
        {
            throw new EspalierException(string.Create(CultureInfo.InvariantCulture,
                $"{onnxPath}: takes {inputs} values and gives {outputs}; "
                    + $"{network.Name} takes {network.InputShape.Length} and gives {network.OutputShape.Length}."));
        }

        string name = Path.GetFileName(onnxPath);
        found.Add(NetworkVerifier.Compare(network, compiled, $"{name}, imported", new ReferenceInterpreter(import.Network).Predict, seed));
        if (library is null) return found;
        try
        {
            using var contender = OnnxRuntimeContender.OfModel(File.ReadAllBytes(onnxPath), import, library);
            found.Add(NetworkVerifier.Compare(network, compiled, $"{name} in ONNX Runtime {library.Version}", contender.Predict, seed));
        }
        catch (EspalierException error)
        {
            // It lacks operators for doubles, and takes floats here: its limits are no fault of the network's.
            say($"note: {name} was not compared in ONNX Runtime: {error.Message}");
        }

        return found;
    }

    private static OnnxRuntimeLibrary? FindLibrary()
    {
        try
        {
            return OnnxRuntimeLibrary.Load();
        }
        catch (OnnxRuntimeException) when (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OnnxRuntimeLibrary.PathVariable)))
        {
            return null;
        }
    }

    private static bool CanExport(Network network, OnnxRuntimeLibrary library, out OnnxRuntimeContender? contender)
    {
        try
        {
            contender = new OnnxRuntimeContender(network, library);
            return true;
        }
        catch (NotSupportedException)
        {
            contender = null;
            return false;
        }
    }
}
