using System;
using System.IO;
using Espalier.Compilation.Emit;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>
/// From what the project says to what the emitter needs. What the user wrote is taken as it is or refused; the defaults, made of
/// the file's name and the root namespace, are bent into identifiers instead, because nobody chose them for this.
/// </summary>
internal static class ItemOptions
{
    /// <summary>The class to generate for <paramref name="item"/>, or why there is none.</summary>
    public static Outcome<EmitOptions> Read(NetworkItem item)
    {
        string path = item.File.Path;
        bool? isPublic = item.Visibility switch { "" or "public" => true, "internal" => false, _ => null };
        if (isPublic is null) return new(DiagnosticInfo.AtStart(Descriptors.InvalidVisibility, path, item.Visibility));
        var options = new EmitOptions(
            item.ClassName.Length > 0 ? item.ClassName : BendName(Path.GetFileNameWithoutExtension(path)),
            item.Namespace.Length > 0 ? item.Namespace : BendNamespace(item.RootNamespace),
            isPublic.Value);
        return options.FindFault() is string fault
            ? new(DiagnosticInfo.AtStart(Descriptors.InvalidName, path, fault))
            : new(path, options);
    }

    private static string BendNamespace(string name) =>
        name.Length == 0 ? "" : string.Join(".", Array.ConvertAll(name.Split('.'), BendName));

    /// <summary>"lenet-300" becomes "lenet_300", "2layers" becomes "_2layers".</summary>
    private static string BendName(string name)
    {
        char[] characters = name.ToCharArray();
        for (int i = 0; i < characters.Length; i++)
        {
            if (!char.IsLetterOrDigit(characters[i])) characters[i] = '_';
        }

        return characters.Length == 0 || char.IsDigit(characters[0]) ? "_" + new string(characters) : new string(characters);
    }
}
