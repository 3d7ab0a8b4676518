namespace Espalier.Cli.Reproduction.Experiments.DeepCompression;

/// <summary>What Han et al. print of one network.</summary>
/// <param name="Bytes">Of the file.</param>
/// <param name="Ratio">How many times smaller it is than one of floats.</param>
/// <param name="RatioBeforeHuffman">Likewise, without Huffman codes.</param>
/// <param name="Error">The test error in percent.</param>
/// <param name="DenseError">Likewise, of the dense network.</param>
/// <param name="ErrorBar">What ours may have at the most.</param>
internal sealed record PublishedCompression(
    double Bytes, int Ratio, int RatioBeforeHuffman, double Error, double DenseError, double ErrorBar);
