using Espalier.Pruning.Gates;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>What training under noise comes to.</summary>
internal static class StochasticOutcome
{
    /// <summary>The part of the epochs that trains the survivors without noise.</summary>
    public const double FineTuningPart = 0.2;

    /// <summary>The outcome, with the whole log of the method.</summary>
    public static PruningOutcome Of(OwnMethodInput input, TrainableNetwork before, StochasticPruningLog log) => new(
        input.Network,
        input.Log(log.Method, before, log.MeasuredOn,
            (log.Before, log.AfterPruning, log.AfterFineTuning)) with { Seed = input.Training.Seed },
        WasInterrupted: false)
    {
        Details = log,
    };
}
