namespace Espalier.Cli;

/// <summary>The library speaks of its options by their names; whoever typed a command line knows flags.</summary>
internal static class FlagNames
{
    private static readonly (string Option, string Flag)[] s_flags =
    [
        ("Training option Epochs", "--epochs"),
        ("Training option BatchSize", "--batch"),
        ("Training option Threads", "--threads"),
        ("Training option Patience", "--patience"),
        ("Pruning option Rounds", "--rounds"),
        ("Pruning option UnitsPerRound", "--per-round"),
        ("Pruning option MinimumUnits", "--minimum"),
        ("Optimizer option Momentum", "--momentum"),
        ("Optimizer option WeightDecay", "--weight-decay"),
        ("Learning rate option Initial", "--learning-rate"),
    ];

    /// <summary>The message with flags in place of the names of options.</summary>
    public static string Translate(string message)
    {
        foreach ((string option, string flag) in s_flags) message = message.Replace(option, flag, StringComparison.Ordinal);
        return message;
    }
}
