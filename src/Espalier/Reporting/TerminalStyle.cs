namespace Espalier.Reporting;

/// <summary>What a terminal can show.</summary>
public enum TerminalStyle
{
    /// <summary>ASCII characters of rising darkness: for files, pipes and the plainest terminals.</summary>
    Ascii,

    /// <summary>Unicode half blocks, black and white.</summary>
    HalfBlocks,

    /// <summary>Unicode half blocks in 24-bit colour (ANSI escape sequences).</summary>
    Colour,
}
