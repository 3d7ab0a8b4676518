using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Numerics;

namespace Espalier.Tests.Inference;

/// <summary>Vector code writes to memory that nobody checks: here every buffer has gaps around it, and no gap may change.</summary>
[Trait("Category", "Width")]
public sealed class ScratchGapTests
{
    private const float Untouched = -1.2345e-30f;
    private const int Gap = ScratchPlan.MaxSlack;

    private static readonly KernelKind?[] s_kernels =
        [null, KernelKind.Pixels, KernelKind.UnrolledPixels, KernelKind.Block, KernelKind.Dense];

    [Fact]
    public void No_stage_of_any_plan_writes_outside_its_memory()
    {
        for (ulong seed = 1; seed <= 12; seed++)
        {
            Network network = RandomGraphs.Next(new SeededRandom(seed), "graph");
            foreach (KernelKind? kernel in s_kernels)
            {
                LoweredNetwork apart = PlanScratch.Apart(LoweringPipeline.Run(network, new LoweringOptions { Kernel = kernel }));
                using CompiledNetwork compiled = CompiledNetwork.Compile(apart, EmitOptions.For(network));
                foreach (WidthPlan plan in PlanMethods.Runnable(apart).Where(plan => !plan.IsFused))
                {
                    Check($"seed {seed}, {kernel}", compiled, plan);
                }
            }
        }
    }

    private static void Check(string name, CompiledNetwork compiled, WidthPlan plan)
    {
        ScratchPlan scratch = plan.Scratch!;
        var memory = new AlignedBuffer(Gap + scratch.Length + Gap);
        memory.Span.Fill(Untouched);
        Span<float> workspace = memory.Span.Slice(Gap, scratch.Length);
        var outputs = new float[Gap + compiled.OutputLength + Gap];
        outputs.AsSpan().Fill(Untouched);
        Span<float> output = outputs.AsSpan(Gap, compiled.OutputLength);
        float[] input = RandomNetworks.Input(new SeededRandom(3), compiled.InputLength);
        PlanMethods.Of<PlanMethods.PredictInWorkspaceMethod>(compiled.GeneratedType, plan)(input, output, workspace);

        foreach (ScratchBuffer buffer in ScratchBuffer.Of(plan))
        {
            int offset = buffer.Stage < 0 ? scratch.InputOffset : (buffer.IsWork ? scratch.WorkOffsets : scratch.Offsets)[buffer.Stage];
            workspace.Slice(offset, buffer.Length).Fill(Untouched);
        }

        output.Fill(Untouched);
        string kernels = string.Join(", ", plan.Kernels.Select(choice => choice.Name));
        Assert.True(memory.Span.IndexOfAnyExcept(Untouched) < 0, $"{name}, {plan.Width}: {kernels} wrote outside the scratch memory");
        Assert.True(outputs.AsSpan().IndexOfAnyExcept(Untouched) < 0, $"{name}, {plan.Width}: {kernels} wrote outside the output");
    }
}
