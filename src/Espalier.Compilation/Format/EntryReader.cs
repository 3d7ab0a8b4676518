using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads the sparse pairs <c>INDEX:VALUE</c> that unit lines and sample lines share.</summary>
internal static class EntryReader
{
    /// <summary>Reads <c>INDEX:</c>, the index above <paramref name="previous"/> and below <paramref name="bound"/>.</summary>
    public static bool ReadIndex(LineCursor cursor, int previous, int bound, out int index)
    {
        if (!cursor.Number("the index of an input", 0, bound - 1, out index)) return false;
        if (index > previous) return cursor.Mark(ModelText.PairSeparator);
        return cursor.FailToken($"Index {index} comes after index {previous}: indices increase strictly along the line.");
    }

    /// <summary>Reads a finite float.</summary>
    public static bool ReadFinite(LineCursor cursor, string what, out float value)
    {
        bool read = cursor.Bits(what, out uint bits);
        value = FloatBits.ToFloat(bits);
        if (!read) return false;
        return FloatBits.IsFinite(value) || cursor.FailToken($"Infinity or NaN stands for {what}: only finite numbers are allowed.");
    }
}
