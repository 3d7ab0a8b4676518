using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>What must hold for a plan, as far as it has been decided.</summary>
internal static class PlanVerifier
{
    /// <summary>What does not hold, or null.</summary>
    public static string? FindFault(WidthPlan plan, LoweredNetwork lowered)
    {
        int stages = plan.Stages.Length;
        if (FindStageFault(plan, lowered) is string stageFault) return stageFault;
        if (FindOrderFault(plan, lowered) is string fault) return fault;
        if (plan.Kernels.Length == 0) return null;
        if (plan.Kernels.Length != stages) return $"{plan.Kernels.Length} kernels for {stages} layers.";
        for (int i = 0; i < stages; i++)
        {
            KernelChoice choice = plan.Kernels[i];
            if (choice.Width > plan.Width) return $"layer {i} uses {choice.Width.Name()}.";
            if (!plan.KernelOf(i).Offers(plan.Stages[i], choice.Width)) return $"layer {i} cannot be compiled as {choice.Name}.";
        }

        return (plan.Scratch is null ? null : FindFault(plan, plan.Scratch, lowered.Header.WorkspaceLength))
            ?? (plan.Methods.Length == 0 ? null : FindMethodFault(plan, lowered.Options.MethodTerms));
    }

    /// <summary>Every layer of the network is in one stage, and reads what it reads there.</summary>
    private static string? FindStageFault(WidthPlan plan, LoweredNetwork lowered)
    {
        Network network = lowered.Network;
        int layers = plan.Stages.Sum(stage => stage.Pooling is null ? 1 : 2);
        if (layers != network.Layers.Length) return $"{layers} layers in place of {network.Layers.Length}.";
        for (int i = 0; i < network.Layers.Length; i++)
        {
            int index = plan.StageOf(network.Layers[i].Name);
            if (index < 0) return $"no stage computes '{network.Layers[i].Name}'.";
            Stage stage = plan.Stages[index];
            if (stage.Layer.Name != network.Layers[i].Name)
            {
                // A pooling within the stage of a convolution, which nothing else may read.
                int convolution = network.SourcesOf(i)[0];
                bool isOnlyReader = Enumerable.Range(0, network.Layers.Length)
                    .All(other => other == i || !network.SourcesOf(other).Contains(convolution));
                if (convolution < 0 || network.Layers[convolution].Name != stage.Layer.Name || !isOnlyReader)
                {
                    return $"stage {index} pools what others read.";
                }

                continue;
            }

            int[] sources = [.. network.SourcesOf(i).Select(source => source < 0 ? -1 : plan.StageOf(network.Layers[source].Name))];
            if (!sources.SequenceEqual(stage.Sources)) return $"stage {index} reads other values than '{stage.Layer.Name}'.";
            if (sources.Any(source => source >= index)) return $"stage {index} reads what comes later.";
        }

        return null;
    }

    private static string? FindOrderFault(WidthPlan plan, LoweredNetwork lowered)
    {
        for (int i = 0; i < plan.Stages.Length; i++)
        {
            Stage stage = plan.Stages[i];
            if (stage.Weights is not SparseMatrix weights) continue;
            SparseMatrix original = ((WeightedLayer)lowered.Network.Layers.First(layer => layer.Name == stage.Layer.Name)).Weights;
            if (weights.Count != original.Count) return $"layer {i} has {weights.Count} weights in place of {original.Count}.";
            if (weights.Rows != original.Rows) return $"layer {i} has {weights.Rows} units in place of {original.Rows}.";
            int source = stage.Sources[0];
            int expected = source >= 0 ? plan.Stages[source].OutputLength
                : plan.InputOrder.Length > 0 ? plan.InputOrder.Length : lowered.Header.InputLength;
            if (stage.InputLength(0) != expected) return $"layer {i} reads {stage.InputLength(0)} values but {expected} come to it.";
        }

        List<int> named = [.. plan.InputOrder.Where(input => input >= 0)];
        bool isOrder = named.All(input => input < lowered.Header.InputLength) && named.Distinct().Count() == named.Count;
        return isOrder ? null : "the order of the inputs names one twice or one that is not there.";
    }

    private static string? FindFault(WidthPlan plan, ScratchPlan scratch, int promised)
    {
        if (scratch.Length > promised) return $"the workspace of {scratch.Length} floats is larger than the {promised} of the header.";
        int stages = plan.Stages.Length;
        if (scratch.Offsets.Length != stages) return $"{scratch.Offsets.Length} buffers for {stages} layers.";
        IReadOnlyList<ScratchBuffer> buffers = ScratchBuffer.Of(plan);
        if (scratch.InputOffset < 0 && buffers.Any(buffer => buffer.Stage < 0)) return "the input is not copied.";
        int limit = scratch.Length - (scratch.IsAligned ? ScratchPlan.AlignmentSlack : 0);
        for (int i = 0; i < buffers.Count; i++)
        {
            ScratchBuffer buffer = buffers[i];
            int start = OffsetOf(buffer), end = start + buffer.Length;
            if (start < 0 || end > limit) return $"layer {buffer.Stage} writes outside of the workspace.";
            if (scratch.IsAligned && start % ScratchPlan.BlockFloats != 0) return $"the output of layer {buffer.Stage} is not aligned.";
            foreach (ScratchBuffer other in buffers.Take(i).Where(buffer.Meets))
            {
                int otherStart = OffsetOf(other);
                if (start < otherStart + other.Length && otherStart < end)
                {
                    return $"layer {buffer.Stage} writes where it reads, or over what layer {other.Stage} left for others.";
                }
            }
        }

        return null;

        int OffsetOf(ScratchBuffer buffer) => buffer.Stage < 0 ? scratch.InputOffset
            : !buffer.IsWork ? scratch.Offsets[buffer.Stage]
            : scratch.WorkOffsets.Length == 0 ? -1 : scratch.WorkOffsets[buffer.Stage];
    }

    private static string? FindMethodFault(WidthPlan plan, int methodTerms)
    {
        int next = 0;
        for (int layer = 0; layer < plan.Stages.Length; layer++)
        {
            if (plan.Stages[layer].Weights is not SparseMatrix weights)
            {
                while (next < plan.Methods.Length && plan.Methods[next].Layer == layer) next++;
                continue;
            }

            bool unrolled = plan.Kernels[layer].Kernel == KernelKind.Unrolled;
            int unit = 0, term = 0;
            for (; next < plan.Methods.Length && plan.Methods[next].Layer == layer; next++)
            {
                MethodPart part = plan.Methods[next];
                string where = $"method {next} of layer {layer}";
                if (part.FirstUnit != unit || part.FirstTerm != term) return $"{where} does not start where the one before ends.";
                if (part.IsPiece && part.UnitCount != 1) return $"{where} is a piece of {part.UnitCount} units.";
                if (unrolled && part.TermCount > methodTerms) return $"{where} has {part.TermCount} terms.";
                bool isOnBeat = (part.FirstTerm - weights.RowStart(unit)) % Kernel.PartialSums == 0;
                if (part.IsPiece && !isOnBeat) return $"{where} starts off the partial sums' beat.";
                int endUnit = part.FirstUnit + part.UnitCount, endTerm = part.FirstTerm + part.TermCount;
                if (endUnit > weights.Rows || (part.IsPiece ? endTerm > weights.RowStart(endUnit) : endTerm != weights.RowStart(endUnit)))
                {
                    return $"{where} does not end with its units.";
                }

                term = endTerm;
                if (endTerm == weights.RowStart(endUnit)) unit = endUnit;
            }

            if (unit != weights.Rows || term != weights.Count) return $"the methods of layer {layer} leave out units or weights.";
        }

        return next == plan.Methods.Length ? null : "a method belongs to no layer.";
    }
}
