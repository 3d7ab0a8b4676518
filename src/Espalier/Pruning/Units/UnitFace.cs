using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>Where a network holds a unit's output: consecutive numbers of each sample of a value.</summary>
/// <param name="Value">The layer that yields the value, or -1 for the network's input.</param>
/// <param name="First">The first number within a sample.</param>
/// <param name="Length">How many there are: height x width of a filter's, 1 of a dense layer's unit.</param>
internal readonly record struct UnitFace(int Value, int First, int Length)
{
    /// <summary>The value that holds it in a pass, samples x numbers.</summary>
    public float[] ValueIn(NetworkPass pass) => Value < 0 ? pass.Input : pass.Output(Value);

    /// <summary>The unit's numbers in one of many samples of <paramref name="width"/> numbers each.</summary>
    public ReadOnlySpan<float> Of(ReadOnlySpan<float> values, int sample, int width) => values.Slice(sample * width + First, Length);
}
