using System;

namespace Espalier.Compilation.Model;

/// <summary>
/// One input of a network with the outputs that the reference interpreter gave for it, so that generated code can check
/// itself where it runs. The input is sparse: positions that are not listed hold +0.
/// </summary>
public sealed class Sample : IEquatable<Sample>
{
    /// <summary>Makes a sample around the arrays, which the caller gives away.</summary>
    /// <param name="inputIndices">Strictly increasing positions of the elements whose bits are not zero.</param>
    /// <param name="inputValues">One finite value for each position.</param>
    /// <param name="outputs">All reference outputs.</param>
    /// <exception cref="ArgumentException">The positions are out of order, or the counts differ.</exception>
    public Sample(int[] inputIndices, FloatVector inputValues, FloatVector outputs)
    {
        if (inputIndices.Length != inputValues.Length)
        {
            throw new ArgumentException($"{inputIndices.Length} positions for {inputValues.Length} input values.");
        }

        for (int i = 0; i < inputIndices.Length; i++)
        {
            if (inputIndices[i] < 0 || (i > 0 && inputIndices[i] <= inputIndices[i - 1]))
            {
                throw new ArgumentException($"Input position {inputIndices[i]} is negative or out of order.");
            }
        }

        (RawInputIndices, InputValues, Outputs) = (inputIndices, inputValues, outputs);
        Hash = ContentHash.Empty.Add(inputIndices).Add(inputValues.Hash.Low).Add(outputs.Hash.Low);
    }

    /// <summary>The number of listed input elements.</summary>
    public int InputCount => RawInputIndices.Length;

    /// <summary>The values of the listed input elements.</summary>
    public FloatVector InputValues { get; }

    /// <summary>The reference outputs.</summary>
    public FloatVector Outputs { get; }

    /// <summary>The hash of the whole sample.</summary>
    public ContentHash Hash { get; }

    internal int[] RawInputIndices { get; }

    /// <summary>The position of listed input element <paramref name="i"/>.</summary>
    public int InputIndex(int i) => RawInputIndices[i];

    /// <summary>Makes a sample of a dense input.</summary>
    public static Sample FromDense(float[] input, float[] outputs)
    {
        if (input is null) throw new ArgumentNullException(nameof(input));
        if (outputs is null) throw new ArgumentNullException(nameof(outputs));
        int count = 0;
        foreach (float value in input) count += FloatBits.Of(value) != 0 ? 1 : 0;
        var indices = new int[count];
        var values = new float[count];
        for (int i = 0, next = 0; i < input.Length; i++)
        {
            if (FloatBits.Of(input[i]) == 0) continue;
            indices[next] = i;
            values[next++] = input[i];
        }

        return new Sample(indices, FloatVector.Own(values), new FloatVector(outputs));
    }

    /// <summary>The input as a vector of <paramref name="length"/> elements.</summary>
    public float[] ToDenseInput(int length)
    {
        var dense = new float[length];
        for (int i = 0; i < InputCount; i++) dense[RawInputIndices[i]] = InputValues[i];
        return dense;
    }

    /// <inheritdoc/>
    public bool Equals(Sample? other) => other is not null && InputCount == other.InputCount && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Sample);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();
}
