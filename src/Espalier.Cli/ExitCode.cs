namespace Espalier.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>The work was done, and its result fails its bar.</summary>
    public const int BarMissed = 1;

    /// <summary>The input cannot be used; one line on standard error says what, where and how to mend.</summary>
    public const int BadInput = 2;

    /// <summary>The user interrupted the work (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
