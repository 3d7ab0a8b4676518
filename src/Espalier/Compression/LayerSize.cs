namespace Espalier.Compression;

/// <summary>
/// What a layer takes in a compressed model, in bits; the columns of the paper's tables 2 and 3, and what they leave out.
/// </summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Outputs">The number of its units.</param>
/// <param name="Inputs">The number of values it reads.</param>
/// <param name="Weights">The surviving weights.</param>
/// <param name="Fillers">The zero weights that bridge wide gaps.</param>
/// <param name="SharedWeights">The entries of the codebook (with a zero for fillers); 0 when each weight is written as it is.</param>
/// <param name="GapCoding">How positions are written: "relative 5" with the bits of a gap, or "classes 2" with those of a class.</param>
/// <param name="WeightWidth">The bits of a weight's code before Huffman coding.</param>
/// <param name="WeightBits">The codes of the weights, fillers included.</param>
/// <param name="GapWidth">The bits of a relative gap before Huffman coding; 0 for classes.</param>
/// <param name="GapBits">The gaps.</param>
/// <param name="CodebookBits">The shared weights.</param>
/// <param name="TableBits">The Huffman tables of both.</param>
/// <param name="InputMapBits">Which inputs are read at all, when gaps leave out the others.</param>
/// <param name="BiasBits">The biases, with their codebook and table where they have one.</param>
/// <param name="HeaderBits">Name, sizes, activation, and which way was taken.</param>
public sealed record LayerSize(
    string Name,
    int Outputs,
    int Inputs,
    int Weights,
    int Fillers,
    int SharedWeights,
    string GapCoding,
    int WeightWidth,
    long WeightBits,
    int GapWidth,
    long GapBits,
    long CodebookBits,
    long TableBits,
    long InputMapBits,
    long BiasBits,
    long HeaderBits)
{
    /// <summary>All bits of the layer.</summary>
    public long Bits => WeightBits + GapBits + CodebookBits + TableBits + InputMapBits + BiasBits + HeaderBits;
}
