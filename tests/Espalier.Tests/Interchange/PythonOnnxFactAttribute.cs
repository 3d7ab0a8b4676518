using System.ComponentModel;
using System.Diagnostics;

namespace Espalier.Tests.Interchange;

/// <summary>A test that asks the onnx package of the system's Python, and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonOnnxFactAttribute : FactAttribute
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> s_isInstalled = new(() =>
    {
        try
        {
            return Run("import onnx", []).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    public PythonOnnxFactAttribute()
    {
        if (!s_isInstalled.Value) Skip = $"{Python} has no package 'onnx'.";
    }

    /// <summary>Runs a script with <paramref name="input"/> as its standard input.</summary>
    public static (int ExitCode, string Errors) Run(string script, byte[] input)
    {
        var start = new ProcessStartInfo(Python)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using Process process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
