namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Gives each hidden layer a place in the workspace.</summary>
/// <remarks>
/// Before: the layers have their final sizes. After: <see cref="LoweredNetwork.Scratch"/> is set, no layer writes where it reads, and the
/// length is within what the header promises. Example: hidden layers of 300, 100 and 50 get the offsets 0, 300 and 0 of 400 floats.
/// </remarks>
internal static class PlanScratch
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "plan scratch memory";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        var lengths = new int[lowered.LayerCount - 1];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = lowered.Dense(i).Weights.Rows;
        return lowered with { Scratch = ScratchPlan.For(lengths) };
    }
}
