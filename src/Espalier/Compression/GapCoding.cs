namespace Espalier.Compression;

/// <summary>How the positions of the surviving weights are written: as gaps, the numbers of zeros between them, row after row.</summary>
public enum GapCoding
{
    /// <summary>
    /// In a fixed number of bits; a gap that is too wide for them is bridged by zero weights, and both streams are Huffman coded: the
    /// paper's way (Han, Mao and Dally 2016, sections 2 and 4).
    /// </summary>
    Relative,

    /// <summary>
    /// By size classes that are Huffman coded, with the rest of the gap in plain bits behind them, as deflate writes its distances: no gap
    /// is too wide, which is what high sparsity needs. Inputs that no unit reads may be left out of the count.
    /// </summary>
    Classes,

    /// <summary>Whichever of them, with whatever parameter, is the smallest for a layer.</summary>
    Smallest,
}
