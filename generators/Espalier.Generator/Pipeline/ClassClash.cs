using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>A network that asks for a class which another network, earlier in the order of paths, becomes.</summary>
/// <param name="Path">The model file.</param>
/// <param name="Class">The full name of the class.</param>
/// <param name="FirstPath">The model file that has the class.</param>
internal sealed record ClassClash(string Path, string Class, string FirstPath)
{
    /// <summary>
    /// What is compared: the file and the full name of its class; no weights, so that retraining one network leaves the others alone. A
    /// network that is broken has its class all the same.
    /// </summary>
    public static (string Path, string Class)? KeyOf(Outcome<ParsedNetwork> outcome) =>
        outcome.Class is null ? null : (outcome.Path, FullName(outcome.Class));

    /// <summary>All clashes. Case does not count, because the names of generated files cannot differ by case alone.</summary>
    public static EquatableArray<ClassClash> FindAll(ImmutableArray<(string Path, string Class)?> keys)
    {
        var owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var clashes = new List<ClassClash>();
        foreach ((string path, string name) in keys.OfType<(string Path, string Class)>().OrderBy(key => key.Path, StringComparer.Ordinal))
        {
            if (owners.TryGetValue(name, out string? owner)) clashes.Add(new ClassClash(path, name, owner));
            else owners.Add(name, path);
        }

        return new EquatableArray<ClassClash>(clashes);
    }

    /// <summary>The network, unless it is in <paramref name="clashes"/>; what else is wrong with it is said first.</summary>
    public static Outcome<ParsedNetwork> Check(Outcome<ParsedNetwork> outcome, EquatableArray<ClassClash> clashes)
    {
        foreach (ClassClash clash in clashes)
        {
            if (KeyOf(outcome) != (clash.Path, clash.Class)) continue;
            return new(outcome.Fault ?? DiagnosticInfo.AtStart(Descriptors.DuplicateClass, clash.Path, clash.Class, clash.FirstPath));
        }

        return outcome;
    }

    private static string FullName(EmitOptions options) =>
        options.Namespace.Length == 0 ? options.ClassName : $"{options.Namespace}.{options.ClassName}";
}
