namespace Espalier.Compilation.Model;

/// <summary>The names that a model may use: they reach generated source, so they are plain identifiers and nothing else.</summary>
public static class Identifier
{
    /// <summary>The longest allowed name.</summary>
    public const int MaxLength = 64;

    /// <summary>
    /// Whether <paramref name="name"/> is 1 to 64 ASCII letters, digits and underscores, not starting with a digit.
    /// C# keywords are allowed here: the emitter escapes them.
    /// </summary>
    public static bool IsValid(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || name[0] is >= '0' and <= '9') return false;
        foreach (char c in name)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_')) return false;
        }

        return true;
    }
}
