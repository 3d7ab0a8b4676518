using System.Reflection;
using System.Runtime.InteropServices;
using Espalier.Inference.Baselines;
using Espalier.Inference.Baselines.OnnxRuntime;

namespace Espalier.Bench;

/// <summary>
/// The folder bench/results/&lt;processor&gt;, in which results are kept beside the machine and the versions they belong to.
/// </summary>
internal static class ResultFolder
{
    /// <summary>Writes a file of results, and beside it machine.md with the machine and the versions.</summary>
    /// <exception cref="EspalierException">The program does not run inside the repository.</exception>
    public static void Write(string fileName, string text)
    {
        string folder = Path.Combine(FindRepository(), "bench", "results", FolderName(Processor.Name));
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "machine.md"), Machine());
        AtomicFile.WriteText(Path.Combine(folder, fileName), text);
        Console.WriteLine($"Wrote {Path.Combine(folder, fileName)}");
    }

    /// <summary>What the figures depend on, as a list in Markdown.</summary>
    public static string Machine()
    {
        string onnxRuntime;
        try
        {
            onnxRuntime = OnnxRuntimeLibrary.Load().Version;
        }
        catch (OnnxRuntimeException)
        {
            onnxRuntime = "not found";
        }

        return $"""
            - processor: {Processor.Name}, {Environment.ProcessorCount} cores, {DensePackedContender.PreferredWidth}
            - system: {RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}
            - runtime: {RuntimeInformation.FrameworkDescription}
            - System.Numerics.Tensors {VersionOf(typeof(System.Numerics.Tensors.TensorPrimitives))}
            - MathNet.Numerics {VersionOf(typeof(MathNet.Numerics.Control))}, managed provider, one thread
            - ONNX Runtime {onnxRuntime}, one thread

            """;
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string FolderName(string processor) =>
        string.Concat(processor.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')).Trim('-');

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Compiler.sln"))) return folder.FullName;
        }

        throw new EspalierException($"{AppContext.BaseDirectory}: is outside the repository; run the benchmarks with 'dotnet run'.");
    }
}
