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
        int layers = plan.Layers.Length;
        if (layers != lowered.LayerCount) return $"{layers} layers in place of {lowered.LayerCount}.";
        if (FindOrderFault(plan, lowered) is string fault) return fault;
        if (plan.Kernels.Length == 0) return null;
        if (plan.Kernels.Length != layers) return $"{plan.Kernels.Length} kernels for {layers} layers.";
        for (int i = 0; i < layers; i++)
        {
            KernelChoice choice = plan.Kernels[i];
            if (choice.Width > plan.Width) return $"layer {i} uses {choice.Width.Name()}.";
            if (!Kernel.For(choice.Kernel).Offers(plan.Layers[i], choice.Width)) return $"layer {i} cannot be compiled as {choice.Name}.";
        }

        return (plan.Scratch is null ? null : FindFault(plan, plan.Scratch, lowered.Header.WorkspaceLength))
            ?? (plan.Methods.Length == 0 ? null : FindMethodFault(plan, lowered.Options.MethodTerms));
    }

    private static string? FindOrderFault(WidthPlan plan, LoweredNetwork lowered)
    {
        for (int i = 0; i < plan.Layers.Length; i++)
        {
            SparseMatrix weights = plan.Layers[i].Weights, original = lowered.Dense(i).Weights;
            if (weights.Count != original.Count) return $"layer {i} has {weights.Count} weights in place of {original.Count}.";
            if (weights.Rows != original.Rows) return $"layer {i} has {weights.Rows} units in place of {original.Rows}.";
            int expected = i > 0 ? plan.Layers[i - 1].Weights.Rows
                : plan.InputOrder.Length > 0 ? plan.InputOrder.Length : lowered.Header.InputLength;
            if (weights.Columns != expected) return $"layer {i} reads {weights.Columns} values but {expected} come to it.";
        }

        List<int> named = [.. plan.InputOrder.Where(input => input >= 0)];
        bool isOrder = named.All(input => input < lowered.Header.InputLength) && named.Distinct().Count() == named.Count;
        return isOrder ? null : "the order of the inputs names one twice or one that is not there.";
    }

    private static string? FindFault(WidthPlan plan, ScratchPlan scratch, int promised)
    {
        if (scratch.Length > promised) return $"the workspace of {scratch.Length} floats is larger than the {promised} of the header.";
        int layers = plan.Layers.Length;
        if (scratch.Offsets.Length != layers) return $"{scratch.Offsets.Length} buffers for {layers} layers.";
        if (plan.IsFused) return null;
        if (scratch.InputOffset < 0 && (plan.InputOrder.Length > 0 || plan.ReadsBlocks(0))) return "the input is not copied.";
        int readStart = scratch.InputOffset, readEnd = readStart < 0 ? -1 : readStart + Span(plan.Layers[0].Weights.Columns);
        int limit = scratch.Length - (scratch.IsAligned ? ScratchPlan.AlignmentSlack : 0);
        for (int i = 0; i < layers; i++)
        {
            int start = scratch.Offsets[i], end = start + Span(plan.Layers[i].Weights.Rows);
            bool isLast = i == layers - 1;
            if (start < 0 && isLast && !plan.WritesBlocks(i)) break;
            if (start < 0 || end > limit) return $"layer {i} writes outside of the workspace.";
            if (scratch.IsAligned && start % ScratchPlan.BlockFloats != 0) return $"the output of layer {i} is not aligned.";
            if (start < readEnd && readStart < end) return $"layer {i} writes where it reads.";
            (readStart, readEnd) = (start, end);
        }

        return null;

        int Span(int count) => ScratchPlan.Padded(count, scratch.IsAligned);
    }

    private static string? FindMethodFault(WidthPlan plan, int methodTerms)
    {
        int next = 0;
        for (int layer = 0; layer < plan.Layers.Length; layer++)
        {
            SparseMatrix weights = plan.Layers[layer].Weights;
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
