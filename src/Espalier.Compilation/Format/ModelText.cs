namespace Espalier.Compilation.Format;

/// <summary>
/// The words of the model text, shared by reader and writer. The whole grammar (ASCII, lines end in a line feed, tokens are
/// separated by one space; HEX is the 8 lower-case hex digits of a float's IEEE-754 bits; numbers are decimal without leading zeros):
/// <code>
/// espalier 1
/// sha256 DIGEST                                   64 lower-case hex digits: SHA-256 of every byte after this line
/// network NAME
/// input 784                                       or CHANNELSxHEIGHTxWIDTH
/// layer NAME dense INPUTS OUTPUTS ACTIVATION      one or more layers; this one and a convolution go on with WEIGHTS
/// layer NAME convolution SHAPE FILTERS WINDOW [groups N] ACTIVATION
/// layer NAME max-pooling SHAPE WINDOW [ceiling] ACTIVATION
/// layer NAME average-pooling SHAPE WINDOW [ceiling] [count-padding] ACTIVATION
/// layer NAME batch-normalization SHAPE EPSILON ACTIVATION
/// SCALE SHIFT MEAN VARIANCE                       one line for each channel, four HEX
/// layer NAME addition from NAME,NAME SHAPE ACTIVATION
/// layer NAME concatenation from NAME,NAME ACTIVATION
/// layer NAME flatten SHAPE
/// codebook HEX HEX ...                            WEIGHTS, only when the layer shares them: strictly ascending, no zero
/// BIAS INDEX:HEX INDEX:HEX ...                    WEIGHTS, one line for each output or filter; with a codebook INDEX:CODE
/// sample INDEX:HEX ... > HEX HEX ...              none or more: inputs whose bits are not zero, then all outputs
/// </code>
/// SHAPE is what comes to the layer, WINDOW is <c>5x5 [stride 2x2] [dilation 2x2] [padding TOP LEFT BOTTOM RIGHT]</c>. A layer reads the
/// one before; where it reads others, <c>from</c> and their names stand behind its kind, <c>input</c> meaning the network's input. A
/// network has one spelling only: read then write gives the same bytes, and defaults are left out.
/// </summary>
internal static class ModelText
{
    public const int Version = 1;
    public const string Magic = "espalier";
    public const string Hash = "sha256";
    public const string Network = "network";
    public const string Input = "input";
    public const string Layer = "layer";
    public const string From = "from";
    public const string Dense = "dense";
    public const string Convolution = "convolution";
    public const string MaxPooling = "max-pooling";
    public const string AveragePooling = "average-pooling";
    public const string BatchNormalization = "batch-normalization";
    public const string Addition = "addition";
    public const string Concatenation = "concatenation";
    public const string Flatten = "flatten";
    public const string Stride = "stride";
    public const string Dilation = "dilation";
    public const string Padding = "padding";
    public const string Groups = "groups";
    public const string Ceiling = "ceiling";
    public const string CountPadding = "count-padding";
    public const string Codebook = "codebook";
    public const string Sample = "sample";
    public const string HexDigits = "0123456789abcdef";
    public const char PairSeparator = ':';
    public const char OutputSeparator = '>';
    public const char ShapeSeparator = 'x';
    public const char ListSeparator = ',';
}
