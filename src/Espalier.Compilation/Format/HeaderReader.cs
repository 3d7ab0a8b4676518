using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads the lines before the first layer.</summary>
internal static class HeaderReader
{
    /// <summary>The line of the hash, and where its digits start.</summary>
    private const int HashLine = 2, HashColumn = 8;

    /// <summary>Reads the version and the hash line, and starts hashing what follows. Returns the stated hash, or null.</summary>
    public static string? ReadPreamble(LineCursor cursor)
    {
        if (!cursor.Word(ModelText.Magic, $"'{ModelText.Magic} {ModelText.Version}', the first line of a model file")) return null;
        if (!cursor.SpacedNumber("the format version", 1, int.MaxValue, out int version)) return null;
        if (version != ModelText.Version)
        {
            cursor.FailToken($"The file has format version {version}, but this reader knows version {ModelText.Version} only: "
                + "update Espalier, or write the model again with this version of it.");
            return null;
        }

        const string Digest = "the SHA-256 of the text below in 64 lower-case hex digits";
        if (!cursor.EndLine() || !cursor.Word(ModelText.Hash, $"'{ModelText.Hash}' and the hash of the text below")) return null;
        if (cursor.Token(Digest, BodyHash.DigestLength) is not string digest) return null;
        if (!IsDigest(digest))
        {
            cursor.FailToken($"'{digest}' is not {Digest}.");
            return null;
        }

        if (!cursor.EndLine()) return null;
        cursor.StartHash();
        return digest;
    }

    /// <summary>Compares the stated hash with that of the text read since. Called last, because any other error says more.</summary>
    public static bool CheckHash(LineCursor cursor, string stated)
    {
        string actual = cursor.FinishHash();
        return actual == stated || cursor.FailAt(HashLine, HashColumn, stated.Length,
            $"The text below has the SHA-256 {actual}, but {stated} is stated here: the file was edited or damaged after it was written. "
            + "Restore it or write the model again; if the edit was meant, state the new hash.");
    }

    /// <summary>Reads the network's name; null after an error.</summary>
    public static string? ReadName(LineCursor cursor)
    {
        if (!cursor.Word(ModelText.Network, $"'{ModelText.Network}' and the network's name")) return null;
        return ReadIdentifier(cursor, "the network's name") is string name && cursor.EndLine() ? name : null;
    }

    /// <summary>Reads the shape of the network's input.</summary>
    public static bool ReadInputShape(LineCursor cursor, out Shape shape)
    {
        shape = default;
        if (!cursor.Word(ModelText.Input, $"'{ModelText.Input}' and the shape of the input")) return false;
        if (!cursor.SpacedNumber("the number of inputs", 1, ModelLimits.MaxValues, out int channels)) return false;
        if (!cursor.NextIs(ModelText.ShapeSeparator))
        {
            shape = Shape.Flat(channels);
            return cursor.EndLine("'x' (in 1x28x28) or the line feed that ends the line");
        }

        int most = ModelLimits.MaxValues / channels;
        if (!cursor.Mark(ModelText.ShapeSeparator) || !cursor.Number("the height of the input", 1, most, out int height)) return false;
        most /= height;
        if (!cursor.Mark(ModelText.ShapeSeparator) || !cursor.Number("the width of the input", 1, most, out int width)) return false;
        shape = new Shape(channels, height, width);
        if (shape.IsFlat) return cursor.FailToken($"A shape of {channels} x 1 x 1 is written '{shape}'.");
        return cursor.EndLine();
    }

    /// <summary>Reads a space and an identifier; null after an error.</summary>
    public static string? ReadIdentifier(LineCursor cursor, string what)
    {
        if (cursor.Token(Describe(what), Identifier.MaxLength) is not string name) return null;
        if (Identifier.IsValid(name)) return name;
        cursor.FailToken($"'{name}' is not {Describe(what)}.");
        return null;
    }

    private static string Describe(string what) =>
        $"{what}: 1 to {Identifier.MaxLength} ASCII letters, digits and underscores, not starting with a digit";

    private static bool IsDigest(string text)
    {
        foreach (char c in text)
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f'))) return false;
        }

        return text.Length == BodyHash.DigestLength;
    }
}
