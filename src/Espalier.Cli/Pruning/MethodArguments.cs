using System.CommandLine;
using System.Globalization;
using Espalier.Cli.Pruning.Methods;
using Espalier.Pruning;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say in which steps weights go.</summary>
internal sealed class MethodArguments
{
    /// <summary>The methods as the command line spells them.</summary>
    public const string Gradual = "gradual", Rounds = "rounds", Once = "once", Interactive = "interactive";

    /// <summary>How options are spelled.</summary>
    public const string StepName = "--step", RoundsName = "--rounds";

    /// <summary>The part of the weights left that an interactive step keeps unless the user says otherwise.</summary>
    public const double FirstStep = 0.8;

    private const int DefaultRounds = 8;

    private readonly OwnMethods _own = new();
    private readonly Option<string> _method;
    private readonly Option<bool> _interactive = new("--interactive", "-i") { Description = "The same as --method interactive." };
    private readonly Option<int?> _rounds = new(RoundsName)
    {
        Description = $"Rounds of --method rounds, {DefaultRounds} unless given, and of lottery.",
        HelpName = "N",
    };

    private readonly Option<double?> _step = new(StepName)
    {
        Description = "Interactive, where a step keeps this part of the weights that are left: "
            + $"{FirstStep.ToString(CultureInfo.InvariantCulture)} unless given, until the command 'step' says otherwise.",
        HelpName = "X",
    };

    private readonly Option<string> _curve = new Option<string>("--curve")
    {
        Description = "How fast weights go; auto is cubic for gradual, exponential for rounds.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "onestep", "linear", "exponential", "cubic");

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public MethodArguments(Verb verb)
    {
        _method = new Option<string>("--method")
        {
            Description = "In what way weights go: a name of the list below; gradual unless other options or the criterion ask for rounds.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Gradual,
        }.AcceptOnlyFromAmong([Gradual, Rounds, Once, Interactive, .. _own.All.Select(method => method.Name)]);
        foreach (Option option in (Option[])[_method, _interactive, _rounds, _step, _curve]) verb.Add(option);
        _own.AddOptions(verb);
    }

    /// <summary>The options that choose the method: one that is given with --resume replaces all of them as they were then.</summary>
    public IReadOnlyList<Option> Options => [_method, _interactive, _step];

    /// <summary>The methods with their descriptions.</summary>
    public NameList List => new("Methods",
    [
        (Gradual, "while training, in the first half of the epochs, by a criterion (Zhu and Gupta 2017)"),
        (Rounds, "prune by a criterion, retrain, again (Han et al. 2015)"),
        (Once, "prune by a criterion and leave it"),
        (Interactive, "ask after each round"),
        .. _own.All.Select(method => (method.Name, method.Description)),
    ]);

    /// <summary>The method of its own that was asked for, or null.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="others">The options of the verb that say what goes in which order and how far, but for those here.</param>
    /// <exception cref="EspalierException">An option was given that the method cannot make use of.</exception>
    public OwnMethod? OwnMethod(ParseResult arguments, IEnumerable<Option> others)
    {
        OwnMethod? method = _own.Find(arguments.GetRequiredValue(_method));
        _own.RequireFitting(arguments, method, [_interactive, _rounds, _step, _curve, .. others]);
        return method;
    }

    /// <summary>The method.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="needsRounds">
    /// Whether other options make sense in rounds only, so that these are what they mean unless the user says otherwise.
    /// </param>
    /// <exception cref="EspalierException">Options contradict each other.</exception>
    public string Read(ParseResult arguments, bool needsRounds)
    {
        bool isOpen = arguments.GetResult(_method) is null or { Implicit: true };
        string named = arguments.GetRequiredValue(_method);
        bool hasStep = arguments.GetValue(_step) is not null, isInteractive = arguments.GetValue(_interactive) || hasStep;
        if (isInteractive && !isOpen && named != Interactive)
        {
            throw new EspalierException($"{(hasStep ? StepName : "--interactive")} and --method {named}: give one.");
        }

        string method = isInteractive ? Interactive : isOpen && needsRounds ? Rounds : named;
        if (arguments.GetValue(_rounds) is not null && method != Rounds)
        {
            throw new EspalierException("--rounds is for --method rounds and lottery; name one of them or leave it out.");
        }

        if (arguments.IsGiven(_curve) && method is Once or Interactive)
        {
            throw new EspalierException("--curve is for --method gradual and rounds; name one of them or leave it out.");
        }

        return method;
    }

    /// <summary>The number of rounds.</summary>
    public int RoundCount(ParseResult arguments, string method) => method == Once ? 1 : arguments.GetValue(_rounds) ?? DefaultRounds;

    /// <summary>The part that a step keeps.</summary>
    /// <exception cref="EspalierException">It is no such part.</exception>
    public double Step(ParseResult arguments) => (arguments.GetValue(_step) ?? FirstStep) is > 0 and < 1 and double step
        ? step
        : throw new EspalierException("--step must be a number between 0 and 1, such as 0.9.");

    /// <summary>How fast weights go.</summary>
    public SparsitySchedule Curve(ParseResult arguments, SparsitySchedule automatic) =>
        Enum.TryParse(arguments.GetValue(_curve), ignoreCase: true, out SparsitySchedule curve) ? curve : automatic;
}
