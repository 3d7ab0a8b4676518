using System.Diagnostics;

namespace Espalier.Generator.Tests.Harness;

/// <summary>A project of a user, in a folder of its own far from this repository, that is built with the real SDK.</summary>
internal sealed class ConsumerProject : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("espalier-consumer-").FullName;

    /// <summary>Writes a project file around <paramref name="items"/> and <paramref name="properties"/>, and the program.</summary>
    public ConsumerProject(string items, string program, string properties = "", string projectFile = "Consumer.csproj")
    {
        string build = Path.Combine(AppContext.BaseDirectory, "build");
        Write(projectFile, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
                <ImplicitUsings>disable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningLevel>9999</WarningLevel>
                <CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>
                <UseAppHost>false</UseAppHost>
                {properties}
              </PropertyGroup>
              <Import Project="{build}/Espalier.props" />
              <ItemGroup>
                <Analyzer Include="{Generators.Path}" />
                {items}
              </ItemGroup>
              <Import Project="{build}/Espalier.targets" />
            </Project>
            """);
        Write("Program.cs", program);
    }

    /// <summary>Where a file of the project is.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    public void Write(string name, string text)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Builds; gives the exit code and everything printed, without the folder's name.</summary>
    public (int ExitCode, string Output) Build() =>
        Run("msbuild", "-restore", "-nologo", "-v:q", "-tl:off", "-nodeReuse:false", "-p:UseSharedCompilation=false");

    /// <summary>Runs the built program in the project's folder.</summary>
    public (int ExitCode, string Output) Execute() =>
        Run(Directory.GetFiles(PathOf("bin"), "Consumer.dll", SearchOption.AllDirectories).Single());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} took more than {s_patience}.");
        }

        string printed = output.Result + errors.Result;
        return (process.ExitCode, printed.Replace(_folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
    }
}
