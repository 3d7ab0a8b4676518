using System.CommandLine;
using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli;

/// <summary>The options that say how weights are trained, shared by the verbs that train and retrain.</summary>
internal sealed class TrainingArguments
{
    private const int MaxThreads = 256, MinDefaultBatch = 8, MaxDefaultBatch = 128;

    // What a default run makes at least, for each default epoch: a small set passes by more often, up to ten times.
    private const int StepsPerDefaultEpoch = 100, MostRepeats = 10;

    private readonly Option<string> _loss;
    private readonly Option<string> _optimizer;
    private readonly Option<double> _rate;
    private readonly Option<string> _schedule;
    private readonly Option<int?> _epochs;
    private readonly Option[] _all;
    private readonly Option<int?> _batch = new("--batch")
    {
        Description = "Samples of a step; 1 is stochastic, 0 batch gradient descent: "
            + $"a fortieth of the samples, {MinDefaultBatch} to {MaxDefaultBatch}, unless given.",
        HelpName = "N",
    };

    private readonly Option<double> _momentum = new("--momentum")
    {
        Description = "Of momentum and nesterov.",
        HelpName = "X",
        DefaultValueFactory = _ => 0.9,
    };

    private readonly Option<double> _decay = new("--weight-decay")
    {
        Description = "Factor of the penalty on w^2 / 2.",
        HelpName = "X",
        DefaultValueFactory = _ => 1e-4,
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads, 0 for all processors; no influence on the result.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="epochs">What the epochs are of, and their default, for the help text.</param>
    /// <param name="rate">The default learning rate.</param>
    public TrainingArguments(Verb verb, string epochs, double rate)
        : this(verb, new Option<int?>("--epochs")
        {
            Description = $"Passes through the training samples: {epochs}; more on small sets.",
            HelpName = "N",
        }, rate)
    {
    }

    /// <summary>Adds the options to <paramref name="verb"/>, which spells that of the epochs itself.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="epochs">The option of the passes through the training samples, added here.</param>
    /// <param name="rate">The default learning rate.</param>
    public TrainingArguments(Verb verb, Option<int?> epochs, double rate)
    {
        _loss = new Option<string>("--loss")
        {
            Description = "mse, bce (binary) or cce (categorical cross-entropy); auto follows the output.",
            DefaultValueFactory = _ => "auto",
        }
            .AcceptOnlyFromAmong(LossArgument.Spellings);
        _optimizer = new Option<string>("--optimizer") { Description = "How weights move.", DefaultValueFactory = _ => "adam" }
            .AcceptOnlyFromAmong("sgd", "momentum", "nesterov", "adam");
        _rate = new Option<double>("--learning-rate") { Description = "At the start.", HelpName = "X", DefaultValueFactory = _ => rate };
        _schedule = new Option<string>("--schedule")
        {
            Description = "How the learning rate falls over the run.",
            DefaultValueFactory = _ => "linear",
        }
            .AcceptOnlyFromAmong("constant", "linear", "cosine", "step", "exponential");
        _epochs = epochs;
        _all = [_epochs, _batch, _optimizer, _rate, _schedule, _momentum, _decay, _loss, _threads];
        foreach (Option option in _all) verb.Add(option);
    }

    /// <summary>Refuses every one of the options, for a verb that will not train.</summary>
    /// <exception cref="EspalierException">One was given; the message ends in <paramref name="mend"/>.</exception>
    public void RequireNone(ParseResult arguments, string mend)
    {
        foreach (Option option in _all)
        {
            if (arguments.IsGiven(option)) throw new EspalierException($"{option.Name} is for training; {mend}");
        }
    }

    /// <summary>What the user asked for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">The network's last activation.</param>
    /// <param name="samples">The number of training samples, by which the defaults go.</param>
    /// <param name="defaultEpochs">The number of epochs on a large set unless the user says otherwise.</param>
    /// <exception cref="EspalierException">A number is out of its range.</exception>
    public TrainingOptions Read(ParseResult arguments, Activation output, int samples, int defaultEpochs)
    {
        int threads = arguments.GetValue(_threads);
        if (threads is < 0 or > MaxThreads)
        {
            throw new EspalierException($"--threads {threads}: give a number from 0, for all processors, to {MaxThreads}.");
        }

        double rate = arguments.GetValue(_rate);
        int batch = arguments.GetValue(_batch) ?? Math.Clamp(samples / 40, MinDefaultBatch, MaxDefaultBatch);
        int epochs = arguments.GetValue(_epochs) ?? DefaultEpochs(defaultEpochs, samples, batch);
        var options = new TrainingOptions
        {
            Loss = LossArgument.Parse(arguments.GetRequiredValue(_loss), output),
            Epochs = epochs,
            BatchSize = batch,
            Seed = arguments.GetValue(CommonOptions.Seed),
            Threads = threads,
            Optimizer = new OptimizerOptions(arguments.GetValue(_optimizer) switch
            {
                "sgd" => OptimizerKind.GradientDescent,
                "momentum" => OptimizerKind.Momentum,
                "nesterov" => OptimizerKind.Nesterov,
                _ => OptimizerKind.Adam,
            })
            {
                Momentum = arguments.GetValue(_momentum),
                WeightDecay = arguments.GetValue(_decay),
            },
            LearningRate = arguments.GetValue(_schedule) switch
            {
                "linear" => LearningRateSchedule.Linear(rate, rate / 100),
                "cosine" => LearningRateSchedule.Cosine(rate),
                "step" => LearningRateSchedule.Step(rate, 0.1, Math.Max(1, epochs / 3.0)),
                "exponential" => LearningRateSchedule.Exponential(rate, 0.01, epochs),
                _ => LearningRateSchedule.Constant(rate),
            },
        };
        options.Validate();
        return options;
    }

    private static int DefaultEpochs(int onLargeSets, int samples, int batch)
    {
        int stepsPerEpoch = batch == 0 ? 1 : Math.Max(1, samples / Math.Max(1, batch));
        return Math.Max(onLargeSets, Math.Min(MostRepeats * onLargeSets, StepsPerDefaultEpoch * onLargeSets / stepsPerEpoch));
    }
}
