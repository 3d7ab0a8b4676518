using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Espalier.Inference.Baselines.OnnxRuntime;
using MathNet.Numerics;

namespace Espalier.Bench;

/// <summary>
/// <c>dotnet run -c Release -- table [seconds]</c> times all contenders quickly, <c>-- lenet</c> trains and prunes LeNet-300-100,
/// <c>-- bars [seconds [filter]]</c> holds pruned networks and sparse layers against what they have to reach, and only prints the table
/// when a filter picks cases by their titles,
/// <c>-- kernels [seconds]</c> holds the choice of kernels against the clock;
/// everything else goes to BenchmarkDotNet (<c>--filter</c>, <c>--list</c>, <c>--job</c>). All keep their results under
/// bench/results; a dry job, which measures nothing, keeps none.
/// </summary>
public static class Program
{
    public static void Main(string[] args)
    {
        if (args is ["table", ..])
        {
            Control.UseManaged();
            Control.UseSingleThread();
            double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10;
            ResultFolder.Write("table.md", QuickTable.Measure(TimeSpan.FromSeconds(seconds)));
            return;
        }

        if (args is ["bars", ..])
        {
            Control.UseManaged();
            Control.UseSingleThread();
            double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 6;
            if (args.Length > 2) Console.Write(BarTable.Measure(TimeSpan.FromSeconds(seconds), args[2]));
            else ResultFolder.Write("bars.md", BarTable.Measure(TimeSpan.FromSeconds(seconds)));
            return;
        }

        if (args is ["kernels", ..])
        {
            double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1;
            ResultFolder.Write("kernels.md", KernelGrid.Measure(TimeSpan.FromSeconds(seconds)));
            return;
        }

        if (args is ["lenet"])
        {
            ResultFolder.Write("lenet.md", LeNetTable.Measure());
            return;
        }

        IConfig config = DefaultConfig.Instance.AddFilter(new SimpleFilter(IsPossible));
        foreach (Summary summary in BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config)) Keep(summary);
    }

    // ONNX Runtime is the one contender that a machine may lack.
    private static bool IsPossible(BenchmarkCase benchmark)
    {
        if (benchmark.Descriptor.WorkloadMethod.Name != nameof(ContenderBenchmarks.OnnxRuntime)) return true;
        try
        {
            OnnxRuntimeLibrary.Load();
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }

    private static void Keep(Summary summary)
    {
        if (summary.Reports.Length == 0 || summary.Reports.Any(report => report.BenchmarkCase.Job.Id == "Dry")) return;
        foreach (string path in Directory.GetFiles(summary.ResultsDirectoryPath, "*-report*"))
        {
            string name = Path.GetFileName(path);
            if (Path.GetExtension(path) is not (".md" or ".csv")) continue;
            if (!name.StartsWith(summary.BenchmarksCases[0].Descriptor.Type.FullName!, StringComparison.Ordinal)) continue;
            ResultFolder.Write(name.Replace("Espalier.Bench.", "", StringComparison.Ordinal), File.ReadAllText(path));
        }
    }
}
