using System.Diagnostics;
using Espalier.Compilation.Emit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.Tests.Inference;

/// <summary>Runs C# sources as a program in a process of its own, which may have another environment.</summary>
internal static class ChildProgram
{
    /// <summary>What the program prints. Fails when it does not compile, does not end or ends with an error.</summary>
    public static string Run(IReadOnlyList<EmittedFile> files, params (string Name, string Value)[] environment)
    {
        string folder = Directory.CreateTempSubdirectory("espalier-child-").FullName;
        try
        {
            string program = Path.Combine(folder, "program.dll");
            var result = GeneratedSource.CompileHarshly(files, kind: OutputKind.ConsoleApplication)
                .WithOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release))
                .Emit(program);
            Assert.True(result.Success, string.Join("\n", result.Diagnostics.Take(5)));
            File.WriteAllText(Path.Combine(folder, "program.runtimeconfig.json"), $$"""
                { "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }
                """);
            string host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
            var start = new ProcessStartInfo(host, ["exec", program]) { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach ((string name, string value) in environment) start.Environment[name] = value;
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            Assert.True(process.WaitForExit(60_000), "The child process does not end.");
            Assert.True(process.ExitCode == 0, errors.Result);
            return output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
