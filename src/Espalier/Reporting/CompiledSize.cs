using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Reporting;

/// <summary>How large a network is when it is compiled as it stands.</summary>
public static class CompiledSize
{
    /// <summary>Machine code (estimated) and tables in bytes: <see cref="ModelSummary.CompiledBytes"/>.</summary>
    public static long Of(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Summarize(network).CompiledBytes;
    }

    /// <summary>All that is known about the compiled form.</summary>
    internal static ModelSummary Summarize(TrainableNetwork network)
    {
        Network model = network.ToNetwork();
        return ModelSummary.Of(model, LoweringPipeline.Run(model));
    }
}
