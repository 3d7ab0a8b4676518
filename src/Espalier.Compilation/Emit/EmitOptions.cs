using System;
using System.Collections.Generic;
using System.Globalization;
using Espalier.Compilation.Emit.Plain;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>What the generated class is called and who sees it.</summary>
/// <param name="ClassName">A C# identifier; keywords are fine.</param>
/// <param name="Namespace">Identifiers joined by dots, or an empty string for the global namespace.</param>
/// <param name="IsPublic">Whether the class is public; otherwise internal.</param>
public sealed record EmitOptions(string ClassName, string Namespace = "", bool IsPublic = true)
{
    /// <summary>The names of the class's own members, which C# does not let the class share.</summary>
    private static readonly HashSet<string> s_memberNames = new(StringComparer.Ordinal)
    {
        "InputLength", "OutputLength", "WorkspaceLength", "VerifyTolerance", "Predict", "Classify", "PredictBatch", "Verify",
        SurfaceEmitter.PredictCore, SurfaceEmitter.PredictBatchCore, SurfaceEmitter.VerifySamples, KernelEmitter.NestedClass,
        PlainSurfaceEmitter.ClassifyCore, "Number", "CheckLengths", "Largest", "CheckBuffers", "CheckWorkspace",
        "ThrowLengths", "ThrowOverlap", "Text", "ThreadBuffer", "s_threadBuffer",
    };

    /// <summary>
    /// Whether the code is plain C#, of language version 7.3 for netstandard2.0: arrays in place of spans, no intrinsics. It is made of the
    /// scalar plan, so a network for it need be lowered with no <see cref="Lowering.LoweringOptions.Widths"/> but the scalar one.
    /// </summary>
    public bool IsPlain { get; init; }

    /// <summary>A public class in the global namespace, called as the network is.</summary>
    /// <remarks>A network that is called like a member of its class, such as <c>Predict</c>, gets an underscore behind its name.</remarks>
    public static EmitOptions For(Network network)
    {
        if (network is null) throw new ArgumentNullException(nameof(network));
        return new EmitOptions(s_memberNames.Contains(network.Name) ? network.Name + "_" : network.Name);
    }

    /// <summary>Why these names cannot be used, or null when they can.</summary>
    public string? FindFault()
    {
        if (!IsIdentifier(ClassName)) return $"'{ClassName}' is not a C# identifier, so no class can be called that.";
        if (s_memberNames.Contains(ClassName)) return $"A generated class cannot be called '{ClassName}', because one of its members is.";
        if (Namespace.Length == 0) return null;
        foreach (string part in Namespace.Split('.'))
        {
            if (!IsIdentifier(part)) return $"'{Namespace}' is not a C# namespace: '{part}' is not an identifier.";
        }

        return null;
    }

    /// <summary>The class name as it stands in source.</summary>
    internal string EscapedClassName => Escape(ClassName);

    /// <summary>The namespace as it stands in source.</summary>
    internal string EscapedNamespace => string.Join(".", Array.ConvertAll(Namespace.Split('.'), Escape));

    /// <summary>What the hint names of the files begin with.</summary>
    internal string HintPrefix => Namespace.Length == 0 ? ClassName : $"{Namespace}.{ClassName}";

    /// <summary>
    /// An identifier that no C# version takes for a keyword. All keywords, reserved and contextual, consist of small ASCII letters, and the
    /// compiler warns of types named so; the four that begin with two underscores are the exception.
    /// </summary>
    private static string Escape(string name)
    {
        bool mayBeKeyword = true;
        foreach (char c in name) mayBeKeyword &= c is >= 'a' and <= 'z';
        return mayBeKeyword || name.StartsWith("__", StringComparison.Ordinal) ? "@" + name : name;
    }

    private static bool IsIdentifier(string name)
    {
        if (name.Length == 0 || name.Length > 511) return false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c == '_' || char.IsLetter(c)) continue;
            if (i == 0 || char.GetUnicodeCategory(c) is not (UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
            {
                return false;
            }
        }

        return true;
    }
}
