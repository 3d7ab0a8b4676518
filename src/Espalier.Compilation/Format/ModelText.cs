namespace Espalier.Compilation.Format;

/// <summary>
/// The words of the model text, shared by reader and writer. The whole grammar (ASCII, lines end in a line feed, tokens are
/// separated by one space; HEX is the 8 lower-case hex digits of a float's IEEE-754 bits; numbers are decimal without leading zeros):
/// <code>
/// espalier 1
/// sha256 DIGEST                                   64 lower-case hex digits: SHA-256 of every byte after this line
/// network NAME
/// input 784                                       or CHANNELSxHEIGHTxWIDTH
/// layer NAME dense INPUTS OUTPUTS ACTIVATION      one or more layers
/// codebook HEX HEX ...                            only when the layer shares weights: strictly ascending, no zero
/// BIAS INDEX:HEX INDEX:HEX ...                    one line for each output; with a codebook INDEX:CODE
/// sample INDEX:HEX ... > HEX HEX ...              none or more: inputs whose bits are not zero, then all outputs
/// </code>
/// A network has one spelling only: read then write gives the same bytes. Later layer kinds bring a word of their own after the
/// layer's name and state, like <c>dense</c>, their sizes before any of their data.
/// </summary>
internal static class ModelText
{
    public const int Version = 1;
    public const string Magic = "espalier";
    public const string Hash = "sha256";
    public const string Network = "network";
    public const string Input = "input";
    public const string Layer = "layer";
    public const string Dense = "dense";
    public const string Codebook = "codebook";
    public const string Sample = "sample";
    public const string HexDigits = "0123456789abcdef";
    public const char PairSeparator = ':';
    public const char OutputSeparator = '>';
    public const char ShapeSeparator = 'x';
}
