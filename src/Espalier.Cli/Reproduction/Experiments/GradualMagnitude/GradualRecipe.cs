using System.Globalization;

namespace Espalier.Cli.Reproduction.Experiments.GradualMagnitude;

/// <summary>
/// How <see cref="LeNet"/> prunes gradually: Adam, batches of 100, coupled L2, the mask renewed every 100 steps along a cubic.
/// </summary>
/// <param name="Ratio">All weights for one that is left.</param>
/// <param name="Criterion">A name of the catalog.</param>
/// <param name="Decay">The coupled L2 term.</param>
/// <param name="PruningEpochs">The epochs in which weights go, at a constant rate.</param>
/// <param name="TuningEpochs">The epochs of the survivors, at a rate that falls from there in a line to 0.00001.</param>
/// <param name="Seed">Decides the starting weights and the order of samples.</param>
/// <param name="Rate">The constant rate.</param>
/// <param name="Teachers">How many dense networks, of seeds 1, 2, ..., the targets come from; 0 for the labels alone.</param>
/// <param name="Mirrored">Whether each image is learned as it is and mirrored left to right, which makes an epoch twice as long.</param>
internal sealed record GradualRecipe(
    double Ratio, string Criterion, double Decay, int PruningEpochs, int TuningEpochs, ulong Seed = 1, double Rate = LeNet.Rate,
    int Teachers = 0,
    bool Mirrored = false)
{
    /// <summary>A name for files: letters, digits and hyphens.</summary>
    public string Name => FormattableString.Invariant(
        $"{Criterion}-{Ratio:0}x-seed-{Seed}{(Teachers > 0 ? "-taught" : "")}{(Mirrored ? "-mirrored" : "")}");

    /// <summary>All settings in words.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture,
        $"{Criterion} to 1/{Ratio}, L2 {Decay}, {PruningEpochs} + {TuningEpochs} epochs, rate {Rate}, seed {Seed}, {Teachers} "
        + $"teachers{(Mirrored ? ", mirrored images too" : "")}");
}
