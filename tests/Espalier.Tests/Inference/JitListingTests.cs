using System.Diagnostics;
using System.Text;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.Tests.Inference;

/// <summary>
/// The JIT gives up optimising methods above fixed limits without a word, and they run four times slower. Here a child process runs
/// generated code with the JIT's own listing switched on, and the listing is read.
/// </summary>
public sealed class JitListingTests
{
    /// <summary>
    /// A method of 3,000 statements in the style of the generated ones: proof that the listing shows what the test denies.
    /// </summary>
    private static readonly EmittedFile s_tooLong = new("TooLong.cs", $$"""
        static class TooLong
        {
            [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
            public static float Sum(System.ReadOnlySpan<float> input)
            {
                input = input.Slice(0, 100);
                float p0 = 0f;
                {{string.Concat(Enumerable.Range(0, 3000).Select(i => $"p0 = p0 + input[{i % 100}] * {i}.5f;\n"))}}
                return p0;
            }
        }
        """);

    [Fact]
    public void No_generated_method_is_compiled_without_optimisation()
    {
        // 40,000 terms need splitting, one row alone is longer than any method may be, and units without weights fill methods of their own.
        Network large = RandomNetworks.Classifier(1, 0.2, 784, 200, 100, 10);
        Network longRow = RandomNetworks.Classifier(2, 0.99, 5000, 2, 3);
        Network manyUnits = RandomNetworks.Classifier(3, 0.002, 200, 3000);
        Network transcendental = RandomNetworks.Classifier(4, 0.3, 50, 60, 10);
        transcendental = transcendental with
        {
            Layers = new EquatableArray<Layer>(
                transcendental.Layers.Select(layer => (DenseLayer)layer with { Activation = Activation.Tanh })),
        };
        List<EmittedFile> files = [s_tooLong];
        var calls = new StringBuilder();
        foreach ((int i, Network candidate) in new[] { large, longRow, manyUnits, transcendental }.Index())
        {
            foreach (KernelKind kernel in Enum.GetValues<KernelKind>())
            {
                LoweredNetwork lowered = LoweringPipeline.Run(candidate, new LoweringOptions { Kernel = kernel });
                string name = $"{kernel}{i}";
                files.AddRange(CSharpEmitter.Emit(lowered, new EmitOptions(name)));
                calls.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                    for (int i = 0; i < 100; i++) {{name}}.Predict(new float[{{name}}.InputLength], new float[{{name}}.OutputLength]);

                    """);
            }
        }

        files.Add(new EmittedFile("Program.cs", $$"""
            static class Program
            {
                static void Main()
                {
                    TooLong.Sum(new float[100]);
                    {{calls}}
                }
            }
            """));

        string[] listing = Run(files);

        Assert.Contains(listing, line =>
            line.Contains("TooLong:Sum", StringComparison.Ordinal) && line.Contains("MinOpts", StringComparison.Ordinal));
        string[] kernels = [.. listing.Where(line => line.Contains("Kernels:Layer", StringComparison.Ordinal))];
        Assert.DoesNotContain(kernels, line => line.Contains("MinOpts", StringComparison.Ordinal));
        int parts = kernels.Count(line => line.Contains("Part", StringComparison.Ordinal));
        Assert.True(parts > 40, $"Only {parts} parts of split layers were seen:\n{string.Join("\n", kernels)}");
        Assert.All(kernels.Where(line => line.Contains("Part", StringComparison.Ordinal)), line =>
            Assert.Contains("FullOpts", line, StringComparison.Ordinal));
    }

    private static string[] Run(IReadOnlyList<EmittedFile> files)
    {
        string folder = Directory.CreateTempSubdirectory("espalier-jit-").FullName;
        try
        {
            string program = Path.Combine(folder, "program.dll"), listing = Path.Combine(folder, "listing.txt");
            var result = GeneratedSource.CompileHarshly(files, kind: OutputKind.ConsoleApplication)
                .WithOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release))
                    .Emit(program);
            Assert.True(result.Success, string.Join("\n", result.Diagnostics.Take(5)));
            File.WriteAllText(Path.Combine(folder, "program.runtimeconfig.json"), $$"""
                { "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }
                """);
            string host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
            var start = new ProcessStartInfo(host, ["exec", program]) { RedirectStandardError = true };
            start.Environment["DOTNET_JitStdOutFile"] = listing;
            start.Environment["DOTNET_JitDisasmSummary"] = "1";
            start.Environment["DOTNET_TieredPGO"] = "0";
            using Process process = Process.Start(start)!;
            string errors = process.StandardError.ReadToEnd();
            Assert.True(process.WaitForExit(60_000), "The child process does not end.");
            Assert.True(process.ExitCode == 0, errors);
            return File.ReadAllLines(listing);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
