namespace Espalier.Cli.Reproduction.Experiments.MidtermReport;

/// <summary>A method's way from the dense network down.</summary>
/// <param name="Method">The method.</param>
/// <param name="Points">The dense network first.</param>
internal sealed record CompressionCurve(string Method, IReadOnlyList<CompressionPoint> Points)
{
    /// <summary>
    /// The compression up to which the accuracy is no more than <paramref name="points"/> below that of the dense network.
    /// </summary>
    public double HoldsTo(double points) =>
        Points.TakeWhile(point => point.Accuracy >= Points[0].Accuracy - points - 1e-9).Last().Compression;

    /// <summary>The accuracy at a compression, on the straight line between the measured ones.</summary>
    public double AccuracyAt(double compression)
    {
        for (int i = 1; i < Points.Count; i++)
        {
            (CompressionPoint left, CompressionPoint right) = (Points[i - 1], Points[i]);
            if (right.Compression < compression) continue;
            double part = (compression - left.Compression) / (right.Compression - left.Compression);
            return left.Accuracy + part * (right.Accuracy - left.Accuracy);
        }

        return Points[^1].Accuracy;
    }
}
