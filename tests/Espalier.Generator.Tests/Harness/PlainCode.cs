using System.Runtime.Loader;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.Generator.Tests.Harness;

/// <summary>Networks in plain C#, compiled as C# 7.3 with every warning an error.</summary>
internal static class PlainCode
{
    private static readonly CSharpParseOptions s_parseOptions = new(LanguageVersion.CSharp7_3, DocumentationMode.Diagnose);

    private delegate bool Verifier(out float largestError);

    /// <summary>
    /// Compiles the networks, each a class of its name in the namespace Acme, and gives the types to <paramref name="use"/>.
    /// </summary>
    public static void Load(IReadOnlyList<Network> networks, LoweringOptions lowering, Action<IReadOnlyList<Type>> use)
    {
        IEnumerable<SyntaxTree> sources =
            from network in networks
            from file in CSharpEmitter.Emit(
                LoweringPipeline.Run(network, lowering), new EmitOptions(network.Name, "Acme") { IsPlain = true })
            select CSharpSyntaxTree.ParseText(file.Text, s_parseOptions, file.HintName);
        CSharpCompilation compilation = CSharpCompilation.Create("Plain", sources, GeneratorRun.Framework, GeneratorRun.Harshest);
        using var image = new MemoryStream();
        Assert.Equal("", string.Join('\n', compilation.Emit(image).Diagnostics));
        image.Position = 0;
        var context = new AssemblyLoadContext("Plain", isCollectible: true);
        System.Reflection.Assembly assembly = context.LoadFromStream(image);
        use([.. networks.Select(network => assembly.GetType("Acme." + network.Name, throwOnError: true)!)]);
        context.Unload();
    }

    public static Action<float[], float[]> Predict(Type type) =>
        type.GetMethod("Predict", [typeof(float[]), typeof(float[])])!.CreateDelegate<Action<float[], float[]>>();

    public static Action<float[], float[]> PredictBatch(Type type) =>
        type.GetMethod("PredictBatch")!.CreateDelegate<Action<float[], float[]>>();

    public static Func<float[], int> Classify(Type type) => type.GetMethod("Classify")!.CreateDelegate<Func<float[], int>>();

    public static bool Verify(Type type) => type.GetMethod("Verify")!.CreateDelegate<Verifier>()(out _);
}
