using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Inference.Baselines;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli;

/// <summary>All that the demo found.</summary>
/// <param name="Model">The pruned network.</param>
/// <param name="Dense">The test evaluation before pruning.</param>
/// <param name="Pruned">The test evaluation after pruning.</param>
/// <param name="Log">What pruning did.</param>
/// <param name="Summary">The layers and what their compiled form costs.</param>
/// <param name="Sources">The generated C# files.</param>
/// <param name="Verification">How the generated code compares with the interpreter.</param>
/// <param name="Times">How it compares with the baselines.</param>
internal sealed record DemoResult(
    Network Model,
    Evaluation Dense,
    Evaluation Pruned,
    PruningLog Log,
    ModelSummary Summary,
    IReadOnlyList<EmittedFile> Sources,
    VerificationResult Verification,
    BenchmarkReport Times);
