using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Pruning.Gates;

/// <summary>The choices of <see cref="VariationalDropoutPruner"/>.</summary>
public sealed record VariationalDropoutOptions
{
    /// <summary>The factor of the divergence from the prior; 1 is the variational bound itself, more prunes harder.</summary>
    public double DivergenceScale { get; init; } = 1;

    /// <summary>The epochs over which that factor rises in a line from 0; at full strength from the start, too much goes at once.</summary>
    public double WarmUpEpochs { get; init; } = 10;

    /// <summary>log sigma^2 of all weights at the start.</summary>
    public double StartLogVariance { get; init; } = -10;

    /// <summary>The log alpha = log sigma^2 - log theta^2 above which a weight is removed: 3 is a dropout rate of 0.95.</summary>
    public double Threshold { get; init; } = 3;

    /// <summary>The training under noise; the authors' is Adam at 0.001 falling to 0 in a line, 200 epochs of batches of 100.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The training of the survivors without noise, or null for none.</summary>
    public TrainingOptions? FineTuning { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) =>
            OptionRange.Require(holds, "Variational dropout option", name, range);

        Require(DivergenceScale >= 0 && double.IsFinite(DivergenceScale), nameof(DivergenceScale), "0 or more");
        Require(WarmUpEpochs >= 0 && double.IsFinite(WarmUpEpochs), nameof(WarmUpEpochs), "0 or more");
        Require(StartLogVariance is >= -30 and <= 10, nameof(StartLogVariance), "in [-30, 10]");
        Require(double.IsFinite(Threshold), nameof(Threshold), "finite");
        Require(Training.EarlyStopping is null, nameof(Training), "without early stopping; ask for it in fine-tuning only");
        Training.Validate();
        FineTuning?.Validate();
    }
}
