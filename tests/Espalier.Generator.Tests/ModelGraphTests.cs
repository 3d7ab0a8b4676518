using System.Collections;
using System.Reflection;
using Espalier.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Generator.Tests;

/// <summary>
/// Nothing that the steps hand on may hold an object of the compiler: that keeps old compilations alive and is never equal.
/// </summary>
public sealed class ModelGraphTests
{
    private const BindingFlags OwnFields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Type[] s_forbidden =
    [
        typeof(Microsoft.CodeAnalysis.Compilation), typeof(ISymbol), typeof(SyntaxNode), typeof(SyntaxTree), typeof(Location),
        typeof(Diagnostic), typeof(AdditionalText), typeof(SourceText), typeof(Delegate),
    ];

    [Fact]
    public void Steps_hand_on_values_only()
    {
        GeneratorRun run = GeneratorRun.Start(
            ProjectOptions.In("Acme").With("good.espalier").With("bad.espalier").With("Good.espalier"),
            new ModelText("good.espalier", Models.SmallText()),
            new ModelText("Good.espalier", Models.SmallText()),
            new ModelText("bad.espalier", "espalier 1\n"));
        object[] outputs =
        [
            .. run.Result.TrackedSteps.Where(steps => steps.Key.StartsWith("Espalier.", StringComparison.Ordinal))
                .SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Value),
        ];

        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (object output in outputs) Walk(output, output.GetType().Name, seen);

        Assert.Equal(2, run.Diagnostics.Length);
        Assert.True(seen.Count > 50, $"only {seen.Count} objects seen");
    }

    private static void Walk(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string or DiagnosticDescriptor || !seen.Add(value)) return;
        Type type = value.GetType();
        Assert.False(s_forbidden.Any(forbidden => forbidden.IsAssignableFrom(type)), $"{path} is a {type}");
        if (type.IsPrimitive || type.IsEnum) return;
        if (value is IEnumerable items && type.IsArray)
        {
            if (type.GetElementType()!.IsPrimitive) return;
            foreach (object? item in items) Walk(item, path + "[]", seen);
            return;
        }

        for (Type? level = type; level is not null; level = level.BaseType)
        {
            foreach (FieldInfo field in level.GetFields(OwnFields))
            {
                Walk(field.GetValue(value), $"{path}.{field.Name}", seen);
            }
        }
    }
}
