using Espalier.Compression;
using Espalier.Compression.Sharing;

namespace Espalier.Cli.Reproduction.Experiments.DeepCompression;

/// <summary>A pruned, shared and coded network.</summary>
/// <param name="Ratio">How many times fewer weights it has.</param>
/// <param name="Sharing">How its weights are shared.</param>
/// <param name="Model">Its file, in the coding asked for.</param>
/// <param name="Smallest">The bytes of the smallest coding.</param>
/// <param name="SmallestRelative">The bytes of the paper's coding with the best index bits.</param>
/// <param name="ValidationError">Of the network that comes out of the file, in per cent.</param>
/// <param name="TestError">Likewise.</param>
internal sealed record CompressedNetwork(
    int Ratio, WeightSharingOptions Sharing, CompressedModel Model, int Smallest, int SmallestRelative, double ValidationError,
    double TestError);
