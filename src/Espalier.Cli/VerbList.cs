using System.CommandLine;
using Espalier.Cli.Verbs;

namespace Espalier.Cli;

/// <summary>The list of verbs, in the order of a model's life.</summary>
internal static class VerbList
{
    /// <summary>All verbs, writing to <paramref name="terminal"/>.</summary>
    public static IReadOnlyList<Command> All(Terminal terminal) =>
    [
        new DemoVerb(terminal),
        new Command("data", "Look at data sets.") { new DataListVerb(terminal), new DataShowVerb(terminal) },
        new TrainVerb(terminal),
        new ImportVerb(terminal),
        new ScanVerb(terminal),
        new PruneUnitsVerb(terminal),
        new PruneVerb(terminal),
        new EvalVerb(terminal),
        new InspectVerb(terminal),
        new CompileVerb(terminal),
        new VerifyVerb(terminal),
        new CompressVerb(terminal),
        new DecompressVerb(terminal),
        new ExportVerb(terminal),
        new BenchVerb(terminal),
        new SweepVerb(terminal),
        new ReproduceVerb(terminal),
    ];
}
