using System.CommandLine;

namespace Espalier.Cli;

/// <summary>The option that says how long a benchmark may take.</summary>
internal sealed class SecondsArgument
{
    private const double MostSeconds = 3600;

    private readonly Option<double> _seconds;

    /// <summary>Adds the option to <paramref name="verb"/>.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="unlessGiven">The default, in seconds.</param>
    public SecondsArgument(Verb verb, double unlessGiven)
    {
        _seconds = new Option<double>("--seconds")
        {
            Description = "Time for warming up and measuring all contenders.",
            HelpName = "S",
            DefaultValueFactory = _ => unlessGiven,
        };
        verb.Add(_seconds);
    }

    /// <summary>The time that the user grants.</summary>
    /// <exception cref="EspalierException">It is out of its range.</exception>
    public TimeSpan Read(ParseResult arguments)
    {
        double seconds = arguments.GetValue(_seconds);
        return seconds is > 0 and <= MostSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new EspalierException(FormattableString.Invariant($"--seconds must be more than 0 and at most {MostSeconds}."));
    }
}
