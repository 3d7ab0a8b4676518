using System.Runtime.Loader;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>Many networks compiled in one assembly, because a compilation costs more than a network.</summary>
internal sealed class CompiledSet
{
    // Kept until the process ends: code of a collectible set once met an access violation whose cause was not found.
    private readonly AssemblyLoadContext _context = new("many networks");

    /// <summary>Lowers and compiles each network by the options beside it.</summary>
    public CompiledSet(IEnumerable<(Network Network, LoweringOptions Options)> networks)
    {
        var files = new List<EmittedFile>();
        var lowered = new List<(Network Given, LoweredNetwork Lowered)>();
        foreach ((Network network, LoweringOptions options) in networks)
        {
            lowered.Add((network, LoweringPipeline.Run(network, options)));
            files.AddRange(CSharpEmitter.Emit(lowered[^1].Lowered, new EmitOptions($"N{lowered.Count - 1}")));
        }

        using var image = new MemoryStream(InMemoryCompiler.Compile("ManyNetworks", files, CancellationToken.None));
        var assembly = _context.LoadFromStream(image);
        Entries = [.. lowered.Select((pair, i) => new Entry(pair.Given, pair.Lowered, assembly.GetType($"N{i}", throwOnError: true)!))];
    }

    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>One network.</summary>
    /// <param name="Given">As it went in.</param>
    /// <param name="Lowered">As it was compiled.</param>
    /// <param name="Type">The generated class.</param>
    internal sealed record Entry(Network Given, LoweredNetwork Lowered, Type Type)
    {
        /// <summary>The method that a user's program calls.</summary>
        public PlanMethods.PredictMethod Predict { get; } = Bind<PlanMethods.PredictMethod>(Type);

        /// <summary>Many samples at a time.</summary>
        public PlanMethods.PredictMethod PredictBatch { get; } = Bind<PlanMethods.PredictMethod>(Type, "PredictBatch");

        /// <summary>The same in scratch memory of the caller.</summary>
        public PlanMethods.PredictInWorkspaceMethod PredictInWorkspace { get; } = Bind<PlanMethods.PredictInWorkspaceMethod>(Type);

        /// <summary>What to say of a failure.</summary>
        public string Name => $"{Type.Name}, {Lowered.Options.Kernel?.ToString() ?? "free choice"}";

        private static T Bind<T>(Type type, string name = "Predict")
            where T : Delegate
        {
            Type[] parameters = [.. typeof(T).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)];
            return type.GetMethod(name, parameters)!.CreateDelegate<T>();
        }
    }
}
