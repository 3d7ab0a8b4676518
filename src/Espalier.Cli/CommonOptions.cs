using System.CommandLine;
using Espalier.Compilation.Kernels;

namespace Espalier.Cli;

/// <summary>The options that several verbs share, spelled and explained once.</summary>
internal static class CommonOptions
{
    /// <summary>One JSON object on standard output.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON object on standard output; messages go to standard error.",
    };

    /// <summary>The seed of every random choice.</summary>
    public static Option<ulong> Seed { get; } = new("--seed")
    {
        Description = "Seed of every random choice; the same seed gives the same bits.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    /// <summary>The folder of data sets.</summary>
    public static Option<string?> DataFolder { get; } = new("--data-dir")
    {
        Description = "Folder of data sets (mnist/, fashion-mnist/, monks/, uci/); otherwise the environment variable ESPALIER_DATA.",
        HelpName = "FOLDER",
    };

    /// <summary>A required model file.</summary>
    public static Argument<string> Model { get; } = new("model") { Description = "The .espalier model file.", HelpName = "MODEL" };

    /// <summary>The kernel for all layers, instead of the chooser's.</summary>
    public static Option<string> Kernel { get; } = NewKernelOption();

    /// <summary>The kernel that the user demands, or null to let the chooser choose.</summary>
    public static KernelKind? KernelOf(ParseResult arguments) =>
        Enum.TryParse(arguments.GetValue(Kernel), ignoreCase: true, out KernelKind kind) ? kind : null;

    private static Option<string> NewKernelOption()
    {
        var option = new Option<string>("--kernel")
        {
            Description = "Use this kernel for every layer instead of choosing by estimate.",
            DefaultValueFactory = _ => "auto",
        };

        // The loops over values without weights have no rival, so that nobody need name them.
        IEnumerable<KernelKind> kernels = Enum.GetValues<KernelKind>().Where(kind => kind != KernelKind.Loop);
        return option.AcceptOnlyFromAmong(["auto", .. kernels.Select(kind => kind.ToString().ToLowerInvariant())]);
    }
}
