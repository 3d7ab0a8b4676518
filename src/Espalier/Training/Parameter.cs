using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>A matrix of numbers that training changes, with its gradient and, once pruned, the mask of what may still live.</summary>
public sealed class Parameter
{
    /// <summary>The mask word of a weight that training may move.</summary>
    public const uint Live = uint.MaxValue;

    /// <summary>The mask word of a weight that is +0 for good.</summary>
    public const uint Removed = 0;

    internal Parameter(string name, int rows, int columns, bool isWeight, bool isLearned = true)
    {
        (Name, Rows, Columns, IsWeight, IsLearned) = (name, rows, columns, isWeight, isLearned);
        Values = new float[checked(rows * columns)];
        Gradient = new float[Values.Length];
    }

    /// <summary>The layer's name and what the numbers are to it, such as "fc1.weights".</summary>
    public string Name { get; }

    /// <summary>The number of outputs (for a bias, 1).</summary>
    public int Rows { get; }

    /// <summary>The number of inputs of an output (for a bias, the number of outputs).</summary>
    public int Columns { get; }

    /// <summary>Whether these are weights: what decays, is pruned and counted. Biases are none of it.</summary>
    public bool IsWeight { get; }

    /// <summary>Whether optimizers move the numbers; the others are statistics that a layer keeps, and their gradient stays 0.</summary>
    public bool IsLearned { get; }

    /// <summary>The numbers, Rows x Columns in row-major order.</summary>
    public float[] Values { get; }

    /// <summary>
    /// The derivative of the mean loss of the last batch by each number, as if none were removed: what a criterion that revives
    /// weights asks for. Optimizers apply the mask.
    /// </summary>
    public float[] Gradient { get; }

    /// <summary><see cref="Live"/> or <see cref="Removed"/> for each number, or null: all live. Set by <see cref="Freeze"/>.</summary>
    public uint[]? Mask { get; private set; }

    /// <summary>Whether the mask lets the number at <paramref name="index"/> live.</summary>
    public bool IsLive(int index) => Mask is null || Mask[index] == Live;

    /// <summary>The count of numbers that the mask lets live.</summary>
    public int LiveCount => Mask is null ? Values.Length : Mask.AsSpan().Count(Live);

    /// <summary>Sets the mask (copied) and what it removes to +0; optimizers keep it there, and its moments with it.</summary>
    /// <param name="mask">One word for each number: <see cref="Live"/> or <see cref="Removed"/>.</param>
    /// <exception cref="ArgumentException">The length differs, or a word is neither of the two.</exception>
    public void Freeze(ReadOnlySpan<uint> mask)
    {
        if (mask.Length != Values.Length)
        {
            throw new ArgumentException($"A mask of {mask.Length} words for {Values.Length} numbers.", nameof(mask));
        }

        if (mask.ContainsAnyExcept(Live, Removed)) throw new ArgumentException("A mask word is neither Live nor Removed.", nameof(mask));
        Mask ??= new uint[mask.Length];
        mask.CopyTo(Mask);
        for (int i = 0; i < mask.Length; i++) Values[i] = FloatBits.ToFloat(FloatBits.Of(Values[i]) & mask[i]);
    }

    /// <summary>Freezes the pattern of the zeros as they are now.</summary>
    public void FreezeZeros()
    {
        var mask = new uint[Values.Length];
        for (int i = 0; i < mask.Length; i++) mask[i] = Values[i] == 0 ? Removed : Live;
        Freeze(mask);
    }

    /// <summary>Takes the mask away: every number may move again.</summary>
    public void Thaw() => Mask = null;
}
