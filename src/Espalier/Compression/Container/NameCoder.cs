using Espalier.Compilation.Model;
using Espalier.Compression.Coding;

namespace Espalier.Compression.Container;

/// <summary>Names in a compressed model: their length, then seven bits for each letter.</summary>
internal static class NameCoder
{
    /// <summary>Writes a name.</summary>
    public static void Write(BitWriter writer, string name)
    {
        writer.WriteNumber(name.Length);
        foreach (char letter in name) writer.Write(letter, ContainerFormat.CharacterBits);
    }

    /// <summary>Reads a name.</summary>
    /// <exception cref="EspalierException">It is no identifier; the message calls it <paramref name="what"/>.</exception>
    public static string Read(BitReader reader, string what)
    {
        var letters = new char[reader.ReadNumber("the length of a name", 1, Identifier.MaxLength)];
        for (int i = 0; i < letters.Length; i++) letters[i] = (char)reader.Read(ContainerFormat.CharacterBits);
        string name = new(letters);
        if (!Identifier.IsValid(name)) throw reader.Fault($"{what} is not an identifier of ASCII letters, digits and underscores.");
        return name;
    }
}
