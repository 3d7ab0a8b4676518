namespace Espalier.Cli.Reproduction.Experiments.MidtermReport;

/// <summary>A network on its way down.</summary>
/// <param name="Compression">The part of the weights that is gone, 0 to 1.</param>
/// <param name="Accuracy">The test images classified right, in percent.</param>
internal sealed record CompressionPoint(double Compression, double Accuracy);
