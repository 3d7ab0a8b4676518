extern alias generator;

using Microsoft.CodeAnalysis;
using NetworkGenerator = generator::Espalier.Generator.NetworkGenerator;

namespace Espalier.Generator.Tests.Harness;

/// <summary>The generator under test.</summary>
internal static class Generators
{
    /// <summary>The DLL that holds it.</summary>
    public static string Path => typeof(NetworkGenerator).Assembly.Location;

    public static ISourceGenerator Network() => new NetworkGenerator().AsSourceGenerator();
}
