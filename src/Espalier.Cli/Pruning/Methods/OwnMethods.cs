using System.CommandLine;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>The values of --method that are methods of their own, with their options.</summary>
internal sealed class OwnMethods
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<OwnMethod> All { get; } =
    [
        new SurgeryMethod(), new LotteryMethod(), new GateMethod(), new VariationalMethod(), new NetTrimMethod(), new OneByOneMethod(),
    ];

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public void AddOptions(Verb verb)
    {
        foreach (Option option in All.SelectMany(method => method.Options)) verb.Add(option);
    }

    /// <summary>The method of this name, or null when that is none of these.</summary>
    public OwnMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);

    /// <summary>Throws when an option was given that the method cannot make use of.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="method">The method, or null when that is none of these.</param>
    /// <param name="general">The options of the other values of --method.</param>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void RequireFitting(ParseResult arguments, OwnMethod? method, IEnumerable<Option> general)
    {
        foreach (OwnMethod other in All.Where(other => other != method))
        {
            if (other.Options.FirstOrDefault(arguments.IsGiven) is { } foreign)
            {
                throw new EspalierException($"{foreign.Name} is for --method {other.Name}; name that method or leave it out.");
            }
        }

        if (method is not null && general.FirstOrDefault(option => arguments.IsGiven(option) && !method.Takes(option)) is { } idle)
        {
            throw new EspalierException($"{idle.Name} is not for --method {method.Name}, which goes by itself; leave it out.");
        }
    }
}
