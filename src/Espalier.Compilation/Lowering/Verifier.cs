using System;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// Checks what must hold between any two passes. A failure is a fault of this compiler, never of the user's network. It looks at layers,
/// units and methods and never at the weights, so it always runs.
/// </summary>
internal static class Verifier
{
    /// <summary>Checks <paramref name="lowered"/> as it came out of <paramref name="pass"/>.</summary>
    /// <exception cref="InvalidOperationException">Something does not hold.</exception>
    public static void Check(LoweredNetwork lowered, string pass)
    {
        if (FindFault(lowered) is string fault) throw new InvalidOperationException($"After the pass '{pass}': {fault}");
    }

    private static string? FindFault(LoweredNetwork lowered)
    {
        if (lowered.Network.FindFault() is string fault) return fault;
        if (lowered.Network.InputShape.Length != lowered.Header.InputLength) return "the number of inputs changed.";
        if (lowered.Network.OutputShape.Length != lowered.Header.OutputLength) return "the number of outputs changed.";
        if (lowered.Kernels.Length != 0 && lowered.Kernels.Length != lowered.LayerCount)
        {
            return $"{lowered.Kernels.Length} kernels for {lowered.LayerCount} layers.";
        }

        return (lowered.Scratch is null ? null : FindFault(lowered, lowered.Scratch))
            ?? (lowered.Methods.Length == 0 ? null : FindMethodFault(lowered));
    }

    private static string? FindFault(LoweredNetwork lowered, ScratchPlan scratch)
    {
        if (scratch.Length > lowered.Header.WorkspaceLength)
        {
            return $"the workspace of {scratch.Length} floats is larger than the {lowered.Header.WorkspaceLength} of the header.";
        }

        for (int i = 0; i < scratch.Offsets.Length; i++)
        {
            int start = scratch.Offsets[i], end = start + lowered.Dense(i).Weights.Rows;
            if (start < 0 || end > scratch.Length) return $"layer {i} writes outside of the workspace.";
            if (i == 0) continue;
            int previousStart = scratch.Offsets[i - 1], previousEnd = previousStart + lowered.Dense(i - 1).Weights.Rows;
            if (start < previousEnd && previousStart < end) return $"layer {i} writes where it reads.";
        }

        int buffers = scratch.Offsets.Length;
        return buffers == lowered.LayerCount - 1 ? null : $"{buffers} buffers for {lowered.LayerCount} layers.";
    }

    private static string? FindMethodFault(LoweredNetwork lowered)
    {
        int next = 0;
        for (int layer = 0; layer < lowered.LayerCount; layer++)
        {
            SparseMatrix weights = lowered.Dense(layer).Weights;
            bool unrolled = lowered.Kernels[layer].Kernel == KernelKind.Unrolled;
            int unit = 0, term = 0;
            for (; next < lowered.Methods.Length && lowered.Methods[next].Layer == layer; next++)
            {
                MethodPart part = lowered.Methods[next];
                string where = $"method {next} of layer {layer}";
                if (part.FirstUnit != unit || part.FirstTerm != term) return $"{where} does not start where the one before ends.";
                if (part.IsPiece && part.UnitCount != 1) return $"{where} is a piece of {part.UnitCount} units.";
                if (unrolled && part.TermCount > lowered.Options.MethodTerms) return $"{where} has {part.TermCount} terms.";
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

        return next == lowered.Methods.Length ? null : "a method belongs to no layer.";
    }
}
