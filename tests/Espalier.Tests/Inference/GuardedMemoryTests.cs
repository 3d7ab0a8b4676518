using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>
/// Vector code reads and writes memory that nobody checks. Here its buffers begin behind or end before a page that faults, so a step
/// over an end does not fail an assertion: it ends the process, with the name of the method on the stack.
/// </summary>
[Trait("Category", "Width")]
public sealed class GuardedMemoryTests
{
    private static readonly int[] s_batches = [1, 2, 15, 16, 17, 31, 33, 70];

    [GuardedMemoryFact]
    public void No_code_steps_over_an_end_of_the_callers_memory()
    {
        foreach (CompiledSet.Entry entry in new CompiledSet(Networks()).Entries)
        {
            NetworkHeader header = entry.Lowered.Header;
            Call(entry.Name, header, 1, entry.PredictInWorkspace);
            foreach (int count in s_batches) Call(entry.Name, header, count, (input, output, _) => entry.PredictBatch(input, output));
            foreach (WidthPlan plan in PlanMethods.Runnable(entry.Lowered))
            {
                var predict = PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan);
                Call(entry.Name, header, 1, (input, output, _) => predict(input, output));
            }
        }
    }

    private static void Call(string name, NetworkHeader header, int count, PlanMethods.PredictInWorkspaceMethod predict)
    {
        using GuardedMemory input = new(count * header.InputLength), output = new(count * header.OutputLength),
            workspace = new(header.WorkspaceLength);
        float[] values = RandomNetworks.Input(new SeededRandom(5), input.Length);
        values.CopyTo(input.BeforeGuard);
        predict(input.BeforeGuard, output.BeforeGuard, workspace.BeforeGuard);
        float[] expected = output.BeforeGuard.ToArray();
        values.CopyTo(input.BehindGuard);
        predict(input.BehindGuard, output.BehindGuard, workspace.BehindGuard);
        RandomNetworks.AssertSameBits(expected, output.BehindGuard, name);
    }

    private static IEnumerable<(Network Network, LoweringOptions Options)> Networks()
    {
        foreach (KernelKind? kernel in (KernelKind?[])[null, .. Enum.GetValues<KernelKind>()])
        {
            // Without a budget for straight-line code, which checks its bounds and takes long to compile.
            var options = new LoweringOptions { Kernel = kernel, CodeBudget = 0 };
            for (int n = 1; n <= 70; n += 6) yield return (RandomNetworks.Classifier((ulong)n, 0.3, n, 71 - n), options);
            for (ulong seed = 1; seed <= 6; seed++) yield return (RandomGraphs.Next(new SeededRandom(seed), "graph"), options);
        }
    }
}
