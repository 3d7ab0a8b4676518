using System.Numerics;
using System.Numerics.Tensors;

namespace Espalier.Numerics;

/// <summary>
/// Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011): a number is a function of key, step and place, not of those drawn
/// before it, so that threads may draw any part of a matrix of noise in any order, eight or sixteen numbers at a time. Uniform numbers
/// are the same bits everywhere; normal ones go through vectorised logarithm and cosine, whose last bit may differ between platforms.
/// </summary>
/// <param name="key">Which sequence.</param>
internal readonly struct CounterRandom(ulong key)
{
    /// <summary>Numbers are drawn in blocks of this length: one half is of the pairs' first words, the other of the second.</summary>
    public const int BlockLength = 512;

    private const int Half = BlockLength / 2;

    private static readonly uint[] s_lanes = [.. Enumerable.Range(0, Vector<uint>.Count).Select(i => (uint)i)];

    private readonly uint _key0 = (uint)key, _key1 = (uint)(key >> 32);

    /// <summary>The number of blocks that hold <paramref name="length"/> numbers.</summary>
    public static int BlocksOf(int length) => (length + BlockLength - 1) / BlockLength;

    /// <summary>Fills <paramref name="destination"/> with uniform numbers of 23 bits, inside (0, 1): neither end is ever drawn.</summary>
    /// <param name="step">Which matrix of noise.</param>
    /// <param name="block">Which block of it comes first.</param>
    /// <param name="destination">Receives the numbers.</param>
    public void FillUniform(long step, int block, Span<float> destination)
    {
        Span<float> numbers = stackalloc float[BlockLength];
        for (; !destination.IsEmpty; block++)
        {
            FillBlock(step, block, numbers);
            int length = Math.Min(BlockLength, destination.Length);
            numbers[..length].CopyTo(destination);
            destination = destination[length..];
        }
    }

    /// <summary>Fills <paramref name="destination"/> with numbers of the standard normal distribution (Box and Muller 1958).</summary>
    /// <inheritdoc cref="FillUniform"/>
    public void FillNormal(long step, int block, Span<float> destination)
    {
        Span<float> numbers = stackalloc float[BlockLength], cosines = stackalloc float[Half];
        Span<float> radii = numbers[..Half], angles = numbers[Half..];
        for (; !destination.IsEmpty; block++)
        {
            FillBlock(step, block, numbers);
            TensorPrimitives.Log(radii, radii);
            TensorPrimitives.Multiply(radii, -2, radii);
            TensorPrimitives.Sqrt(radii, radii);
            TensorPrimitives.Multiply(angles, MathF.Tau, angles);
            TensorPrimitives.Cos(angles, cosines);
            TensorPrimitives.Sin(angles, angles);
            TensorPrimitives.Multiply(angles, radii, angles);
            TensorPrimitives.Multiply(cosines, radii, radii);
            int length = Math.Min(BlockLength, destination.Length);
            numbers[..length].CopyTo(destination);
            destination = destination[length..];
        }
    }

    /// <summary>The two words that belong to each pair of counters.</summary>
    internal (Vector<uint> First, Vector<uint> Second) Encrypt(Vector<uint> counter0, Vector<uint> counter1)
    {
        // The third word of the key schedule is the parity of the other two and a constant of the paper's.
        uint key2 = 0x1BD11BDA ^ _key0 ^ _key1;
        Vector<uint> x0 = counter0 + new Vector<uint>(_key0), x1 = counter1 + new Vector<uint>(_key1);
        Rounds(ref x0, ref x1, 13, 15, 26, 6);
        Inject(ref x0, ref x1, _key1, key2 + 1);
        Rounds(ref x0, ref x1, 17, 29, 16, 24);
        Inject(ref x0, ref x1, key2, _key0 + 2);
        Rounds(ref x0, ref x1, 13, 15, 26, 6);
        Inject(ref x0, ref x1, _key0, _key1 + 3);
        Rounds(ref x0, ref x1, 17, 29, 16, 24);
        Inject(ref x0, ref x1, _key1, key2 + 4);
        Rounds(ref x0, ref x1, 13, 15, 26, 6);
        Inject(ref x0, ref x1, key2, _key0 + 5);
        return (x0, x1);
    }

    private static void Rounds(ref Vector<uint> x0, ref Vector<uint> x1, int first, int second, int third, int fourth)
    {
        Round(ref x0, ref x1, first);
        Round(ref x0, ref x1, second);
        Round(ref x0, ref x1, third);
        Round(ref x0, ref x1, fourth);
    }

    private static void Round(ref Vector<uint> x0, ref Vector<uint> x1, int rotation)
    {
        x0 += x1;
        x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }

    private static void Inject(ref Vector<uint> x0, ref Vector<uint> x1, uint key0, uint key1)
    {
        x0 += new Vector<uint>(key0);
        x1 += new Vector<uint>(key1);
    }

    // Half a unit is added to 23 bits: with 24 the largest sum would round to 1.
    private static Vector<float> ToUniform(Vector<uint> word) =>
        Vector.ConvertToSingle(Vector.AsVectorInt32(word >>> 9)) * (1f / (1 << 23)) + new Vector<float>(1f / (1 << 24));

    private void FillBlock(long step, int block, Span<float> numbers)
    {
        var lanes = new Vector<uint>(s_lanes);
        for (int i = 0; i < Half; i += Vector<uint>.Count)
        {
            (Vector<uint> first, Vector<uint> second) =
                Encrypt(lanes + new Vector<uint>((uint)(block * Half + i)), new Vector<uint>((uint)step));
            ToUniform(first).CopyTo(numbers[i..]);
            ToUniform(second).CopyTo(numbers[(Half + i)..]);
        }
    }
}
