namespace Espalier.Compression.Coding;

/// <summary>Reads what <see cref="BitWriter"/> wrote. Bits that are not there are a fault of the file, not of the program.</summary>
/// <param name="source">The file's name, for messages.</param>
/// <param name="bytes">The whole file.</param>
/// <param name="start">The byte where the bits begin.</param>
internal sealed class BitReader(string source, byte[] bytes, int start)
{
    private readonly long _end = 8L * bytes.Length;
    private long _position = 8L * start;

    /// <summary>The number of bits left.</summary>
    public long Remaining => _end - _position;

    /// <summary>The error that says what is wrong, and where.</summary>
    public EspalierException Fault(string fault) => new(
        $"{source}: byte {_position / 8} of {bytes.Length}: {fault} "
        + "The file was damaged, or not written by Espalier; compress the model again.");

    /// <summary>Reads a number of <paramref name="count"/> bits, 0 to 64.</summary>
    /// <exception cref="EspalierException">There are not so many left.</exception>
    public ulong Read(int count)
    {
        if (count > Remaining) throw Fault("the file ends where more bits are due.");
        ulong value = 0;
        for (int left = count; left > 0;)
        {
            int offset = (int)(_position & 7), taken = Math.Min(8 - offset, left);
            int piece = (bytes[_position >> 3] >> (8 - offset - taken)) & ((1 << taken) - 1);
            value = (value << taken) | (uint)piece;
            _position += taken;
            left -= taken;
        }

        return value;
    }

    /// <summary>Reads one bit.</summary>
    public bool ReadBit() => Read(1) != 0;

    /// <summary>Reads a number of <see cref="BitWriter.WriteNumber"/>.</summary>
    /// <exception cref="EspalierException">It is not between the bounds.</exception>
    public long ReadNumber(string what, long least, long most)
    {
        int bits = 0;
        while (!ReadBit())
        {
            if (++bits > 62) throw Fault($"{what} is out of all bounds.");
        }

        long number = (long)((1UL << bits) | Read(bits)) - 1;
        return number >= least && number <= most ? number : throw Fault($"{what} is {number}; it must be {least} to {most}.");
    }

    /// <summary>Reads how many of something come that take a bit each at least, so that no small file can ask for much memory.</summary>
    /// <exception cref="EspalierException">There are more of them than bits, or than <paramref name="most"/>.</exception>
    public int ReadCount(string what, int least, int most)
    {
        int count = (int)ReadNumber(what, least, most);
        return count <= Remaining ? count : throw Fault($"{what} is {count}, but only {Remaining} bits are left.");
    }
}
