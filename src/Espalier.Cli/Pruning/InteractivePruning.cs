using System.Globalization;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Sessions;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>
/// Pruning in which a person decides after each round: commands, one a line, from a terminal's prompts or from standard input as it comes.
/// A command that cannot be is answered by one line; the end of the input is "stop".
/// </summary>
internal sealed class InteractivePruning
{
    private readonly Terminal _terminal;
    private readonly PruningSession _session;
    private readonly string? _folder;
    private readonly Action<string> _saveModel;
    private readonly InteractiveCommand[] _commands;
    private PruningChoices _choices;
    private TrainingOptions _training;
    private Action<string> _say = _ => { };
    private string _file = "";
    private bool _isOver;

    /// <summary>Prepares a run.</summary>
    /// <param name="terminal">Where to ask and answer.</param>
    /// <param name="session">What is pruned.</param>
    /// <param name="choices">The criterion and which weights compete.</param>
    /// <param name="training">How to retrain.</param>
    /// <param name="folder">Where to keep every step, or null.</param>
    /// <param name="saveModel">Writes the network as it stands into a file.</param>
    public InteractivePruning(
        Terminal terminal, PruningSession session, PruningChoices choices, TrainingOptions training, string? folder,
        Action<string> saveModel)
    {
        (_terminal, _session, _choices, _training, _folder, _saveModel) = (terminal, session, choices, training, folder, saveModel);
        _commands =
        [
            new("next", "", "prune one step further", (_, cancel) => Next(cancel)),
            new("undo", "", "take the last round back", (_, _) => Undo()),
            new("step", "X", "let a step keep this part of the weights that are left, such as 0.9", (text, _) => SetStep(text)),
            new("retrain", "[EPOCHS]", "train what is left", Retrain),
            new("criterion", "NAME", "let another criterion choose", (text, _) => SetCriterion(text)),
            new("show", "", "show again where the run stands", (_, cancel) => Show(cancel)),
            new("save", "[FILE]", "write the model as it stands", (text, _) => Save(text)),
            new("stop", "", "write the model and end", (_, _) => _isOver = true),
            new("help", "", "list the commands", (_, _) => Help()),
        ];
    }

    /// <summary>Asks and does until told to stop.</summary>
    /// <param name="file">Where the model goes in the end, and on "save" unless another file is named.</param>
    /// <param name="toError">Whether to speak on standard error, because standard output is for JSON.</param>
    /// <param name="cancel">Ends what is under way and then the run, which keeps the last finished step.</param>
    public PruningOutcome Run(string file, bool toError, CancellationToken cancel)
    {
        (_file, _say) = (file, toError ? _terminal.Say : _terminal.Print);
        ICommandInput input = _terminal.CanAsk ? new PromptInput(_terminal.Messages) : new LineInput(_terminal.Input);
        bool wasInterrupted = false;
        try
        {
            // By magnitude whatever the criterion: that can change, and the slices and groups of a run that is taken up again must not.
            _session.LayOut(_choices.Pattern, new MagnitudeCriterion(), cancel);
            _say(_session.Rounds.Count == 0
                ? $"Each step keeps {Part(_choices.Step)} of the weights that are left; 'help' lists the commands."
                : $"{_session.Rounds.Count} rounds were done before, {_session.StandingRounds} stand; each step keeps "
                    + $"{Part(_choices.Step)}; 'help' lists the commands.");
            Show(cancel);
            while (!_isOver && input.Read(_commands, cancel) is { } line) Do(line, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            wasInterrupted = true;
            _say("interrupted: the last finished step is kept.");
        }

        string scope = _choices.Allocation?.Name ?? _choices.Scope.ToString();
        PruningLog log = _session.ToLog(scope, "Interactive") with { Seed = _training.Seed };
        return new PruningOutcome(_session.Network, log, wasInterrupted) { Layout = _session.Context.Layout };
    }

    private void Do(string line, CancellationToken cancel)
    {
        string[] words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return;
        InteractiveCommand? command = Array.Find(_commands, one => one.Name.Equals(words[0], StringComparison.OrdinalIgnoreCase));
        string argument = words.Length > 1 ? words[1] : "";
        try
        {
            if (command is null) throw new EspalierException($"'{words[0]}' is no command; 'help' lists them.");
            if (command.Argument.Length == 0 && argument.Length > 0)
            {
                throw new EspalierException($"'{command.Name}' takes nothing behind it.");
            }

            command.Run(argument, cancel);
        }
        catch (EspalierException error)
        {
            _say(error.Message);
        }
    }

    private void Next(CancellationToken cancel)
    {
        int live = _session.Network.LiveWeightCount, keep = Math.Min(live - 1, (int)Math.Round(_choices.Step * live));
        if (keep < 1) throw new EspalierException("One weight is left; there is nothing more to prune.");
        RemovalBudget budget = _choices.Allocation is { } allocation
            ? RemovalBudget.PerLayer(allocation.Prepare(_session.Context, _choices.Criterion, keep, cancel).CountsFor(keep))
            : new RemovalBudget(keep, _choices.Scope);
        _session.Prune(_choices.Criterion, budget, cancel);
        Keep(cancel);
    }

    private void Undo()
    {
        PruningRound round = _session.Undo();
        _say($"round {round.Round} taken back");
        Keep(CancellationToken.None);
    }

    private void Retrain(string text, CancellationToken cancel)
    {
        TrainingOptions training = _training;
        if (text.Length > 0)
        {
            bool isCount = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs) && epochs > 0;
            if (!isCount) throw new EspalierException($"'{text}' is no number of epochs; write such as retrain 3.");
            training = training with { Epochs = epochs };
        }

        _terminal.Track("retraining", report => _session.Retrain(training, new TrainingMeter(report), cancel));
        Keep(cancel);
    }

    private void SetStep(string text)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double step);
        if (!isNumber || step is not (> 0 and < 1))
        {
            throw new EspalierException($"'{text}' is no step; write a number between 0 and 1, such as step 0.9.");
        }

        _choices = _choices with { Step = step };
        Remember(MethodArguments.StepName, step.ToString(CultureInfo.InvariantCulture));
        _say($"each step now keeps {Part(step)} of the weights that are left");
    }

    private void SetCriterion(string name)
    {
        PruningCriterion criterion = CriterionCatalog.Create(name);
        criterion.RequireCanFollow(_choices.Pattern);
        _choices = _choices with { Criterion = criterion };
        Remember(CriterionArguments.OptionName, name);
        _say($"{name} now chooses");
    }

    private void Save(string file)
    {
        string to = file.Length > 0 ? file : _file;
        _saveModel(to);
        _say($"written to {to}");
    }

    private void Help()
    {
        foreach (InteractiveCommand command in _commands) _say($"  {$"{command.Name} {command.Argument}",-20} {command.Help}");
    }

    // As if the command line had said so: a run that is taken up again begins with it.
    private void Remember(string option, string value)
    {
        List<string> recipe = [.. _session.Recipe];
        int place = recipe.IndexOf(option);
        if (place < 0) recipe.AddRange([option, value]);
        else recipe[place + 1] = value;
        _session.Recipe = recipe;
        if (_folder is not null) _session.Save(_folder);
    }

    // Keeps the session before anything else can be interrupted.
    private void Keep(CancellationToken cancel)
    {
        if (_folder is not null) _session.Save(_folder);
        Show(cancel);
    }

    private void Show(CancellationToken cancel)
    {
        SaliencySummary saliencies = SaliencySummary.Of(_session.Context, _choices.Criterion, cancel);
        foreach (string line in RoundReport.Lines(_session, saliencies)) _say(line);
    }

    private static string Part(double step) => step.ToString("0.## %", CultureInfo.InvariantCulture);
}
