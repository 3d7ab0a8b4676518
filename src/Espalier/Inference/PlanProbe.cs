using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Numerics;

namespace Espalier.Inference;

/// <summary>
/// Holds every stage of a plan before the last against the interpreter: a fault names the stage that has it, and a stage whose deviations
/// are large but vanish in the next one is seen.
/// </summary>
internal sealed class PlanProbe
{
    private readonly WidthPlan _plan;
    private readonly PlanReference _reference;
    private readonly PlanMethods.PredictInWorkspaceMethod _predict;
    private readonly AlignedBuffer _workspace;
    private readonly float[] _output;
    private readonly CodeVerification[] _stages;
    private readonly int[] _lastLayers;

    /// <summary>
    /// Looks at a plan of code whose values have places of their own (<see cref="Compilation.Lowering.Passes.PlanScratch.Apart"/>).
    /// </summary>
    public PlanProbe(CompiledNetwork compiled, WidthPlan plan, PlanReference reference)
    {
        (_plan, _reference) = (plan, reference);
        _predict = PlanMethods.Of<PlanMethods.PredictInWorkspaceMethod>(compiled.GeneratedType, plan);
        _workspace = new AlignedBuffer(plan.Scratch!.Length);
        _output = new float[compiled.OutputLength];
        _stages = [.. plan.Stages.SkipLast(1).Select(stage => CodeVerification.None(StageText.Name(stage)))];
        _lastLayers = [.. plan.Stages.Select(stage => Enumerable.Range(0, reference.Network.Layers.Length)
            .Single(i => reference.Network.Layers[i].Name == stage.Last.Name))];
    }

    /// <summary>What was found so far, stage by stage up to the one before the last, which yields the output.</summary>
    public IReadOnlyList<CodeVerification> Stages => _stages;

    /// <summary>Runs the plan on the input that its reference was computed for, and looks at what the stages yield.</summary>
    /// <param name="input">That input.</param>
    /// <param name="isOrdinary">Whether its deviations are of interest; otherwise they are only held to their bounds.</param>
    public void Look(ReadOnlySpan<float> input, bool isOrdinary)
    {
        _predict(input, _output, _workspace.Span);
        for (int i = 0; i < _stages.Length; i++)
        {
            ReadOnlySpan<float> actual = _workspace.Span.Slice(_plan.Scratch!.Offsets[i], _plan.Stages[i].OutputLength);
            BoundedOutputs expected = _reference.Layers[_lastLayers[i]];
            CodeVerification all = _plan.Width == VectorWidth.Scalar
                ? _stages[i].WithExact(expected, actual)
                : _stages[i].WithBounded(expected, actual);
            _stages[i] = isOrdinary ? all : all with { Deviation = _stages[i].Deviation };
        }
    }
}
