using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Pruning.Gates;

/// <summary>The choices of <see cref="L0Pruner"/>.</summary>
public sealed record L0Options
{
    /// <summary>
    /// What an expected non-zero weight costs, in units of the loss of one training sample (so that 0.1 is the 0.1 / N of the paper, added
    /// to the mean loss): one number for all layers with weights, or one for each. Each layer's own number matters more than the common
    /// scale.
    /// </summary>
    public IReadOnlyList<double> Lambda { get; init; } = [0.1];

    /// <summary>What a gate opens and closes.</summary>
    public GateGroup Group { get; init; } = GateGroup.Input;

    /// <summary>
    /// Whether each sample of a batch draws its own gates, which is for gates on inputs of dense layers only; else, and for convolutions,
    /// one draw serves all.
    /// </summary>
    public bool GatePerSample { get; init; }

    /// <summary>Where gates start: the probability, in (0, 1), that s is below one half.</summary>
    public double DropRate { get; init; } = 0.5;

    /// <summary>
    /// The part of the average of all parameters that survives a step, in [0, 1); the finished network is made of the average.
    /// </summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>
    /// The training under gates; the authors' is 200 epochs of batches of 100. Its weight decay, which must be coupled, counts as often
    /// as a weight is expected to be there.
    /// </summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The training of the survivors without gates, or null for none.</summary>
    public TrainingOptions? FineTuning { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "L0 option", name, range);

        Require(Lambda.Count > 0 && Lambda.All(lambda => lambda >= 0 && double.IsFinite(lambda)), nameof(Lambda), "0 or more");
        PruningOptions.RequireKnown(Group);
        Require(!GatePerSample || Group == GateGroup.Input, nameof(GatePerSample), "off for gates on single weights");
        Require(DropRate is > 0 and < 1, nameof(DropRate), "in (0, 1)");
        Require(AverageDecay is >= 0 and < 1, nameof(AverageDecay), "in [0, 1)");
        Require(Training.EarlyStopping is null, nameof(Training), "without early stopping; ask for it in fine-tuning only");
        Require(!Training.Optimizer.DecoupledDecay, nameof(Training), "without decoupled decay; the decay is part of the expected penalty");
        Training.Validate();
        FineTuning?.Validate();
    }
}
