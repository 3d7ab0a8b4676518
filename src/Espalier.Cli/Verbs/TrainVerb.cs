using System.CommandLine;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Interchange;
using Espalier.Training;

namespace Espalier.Cli.Verbs;

/// <summary>Trains a network and writes its model file.</summary>
internal sealed class TrainVerb : Verb
{
    private const int DefaultEpochs = 20;

    private readonly DataArguments _data;
    private readonly TrainingArguments _training;
    private readonly Option<string> _layers = new("--layers")
    {
        Description = "The hidden layers, such as 300,100 or conv:16x3x3/pad:1,bn,pool:2,64 (kinds below); 'none' for none.",
        HelpName = "LAYER,LAYER",
        DefaultValueFactory = _ => "300,100",
    };

    private readonly Option<string?> _architecture = new("--architecture")
    {
        Description = "Hidden layers that go by a name (list below), in place of --layers.",
        HelpName = "NAME",
    };

    private readonly Option<string> _activation = new("--activation")
    {
        Description = $"Of hidden layers that name none: {ActivationArgument.Spellings}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "relu",
    };

    private readonly Option<string> _output = new("--output")
    {
        Description = "Activation of the last layer; auto is softmax for classes, identity for numbers.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string?> _file = new("--out", "-o")
    {
        Description = "The model file to write; otherwise NAME.espalier.",
        HelpName = "MODEL",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "The network's name, an identifier; otherwise made from the set's name.",
        HelpName = "NAME",
    };

    private readonly ValidationArgument _validation;
    private readonly Option<int> _patience = new("--patience")
    {
        Description = "Stop after so many epochs without better validation and keep the best; 0 never.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<int> _samples = new("--samples")
    {
        Description = "Test samples to put into the model, by which generated code checks itself.",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "Keep a checkpoint here, from which --resume goes on to the same bits.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on from --checkpoint; the options of the run are those of the checkpoint.",
    };

    public TrainVerb(Terminal terminal)
        : base("train", "Train a network and write its model file.", terminal,
            "espalier train --data digits --out digits.espalier",
            "espalier train --data mnist --layers 300,100 --epochs 20 --out lenet.espalier --name LeNet300",
            "espalier train --data mnist --architecture lenet-5-caffe",
            "espalier train --data fashion-mnist --layers conv:16x3x3/pad:1,bn,pool:2,conv:32x3x3,bn,pool:2,dropout:0.25,128",
            "espalier train --data monks-1 --layers 3 --activation tanh --output sigmoid --epochs 500 --batch 0")
    {
        _data = new DataArguments(this, isRequired: true, "What to learn");
        Names =
        [
            new NameList("Architectures", [.. Architecture.All.Select(architecture => (architecture.Name, architecture.Summary))]),
            new NameList("Layers, each with its activation behind a slash if it wants another, such as 300/tanh", LayersArgument.Kinds),
        ];
        foreach (Option option in (Option[])[_layers, _architecture, _activation, _output]) Add(option);
        _training = new TrainingArguments(this, $"{DefaultEpochs} unless given", rate: 1.5e-3);
        _validation = new ValidationArgument(this);
        foreach (Option option in (Option[])[_patience, _file, _name, _samples, _checkpoint, _resume]) Add(option);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        RequireRange("--samples", arguments.GetValue(_samples), ModelLimits.MaxSamples);
        RequireRange("--patience", arguments.GetValue(_patience), int.MaxValue);
        DataSplit split = _data.Load(arguments);
        string name = arguments.GetValue(_name) ?? NameOf(_data.Name(arguments)!);
        if (!Identifier.IsValid(name))
        {
            throw new EspalierException($"--name '{name}' is no identifier; use letters, digits and underscores, a letter first.");
        }

        string file = arguments.GetValue(_file) ?? $"{name}.espalier";
        AtomicFile.RequireWritable(file);
        if (arguments.GetValue(_checkpoint) is { } checkpoint) AtomicFile.RequireWritable(checkpoint);
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        Trainer trainer = MakeTrainer(arguments, name, split, train, validation);
        TrainingResult result = Train(trainer, cancel);

        Network network = ModelSamples.Attach(trainer.Network.ToNetwork(), split.Test, arguments.GetValue(_samples));
        ModelFile.Save(file, network);
        Evaluation test = Evaluator.Evaluate(trainer.Network, split.Test, trainer.Options.Loss);
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new
            {
                model = file,
                network = network.Name,
                weights = network.WeightCount,
                result.BestEpoch,
                result.StoppedEarly,
                test,
                split.Train.Scaling,
                result.History,
            });
        }
        else
        {
            Print(file, network, result, test);
            if (split.Train.Scaling is not null)
            {
                Terminal.Print("the network reads each column as (value - mean) / std; "
                    + "'espalier data show' lists mean and std, with --json in full");
            }
        }

        return ExitCode.Success;
    }

    private TrainingResult Train(Trainer trainer, CancellationToken cancel)
    {
        try
        {
            return Terminal.Track("training", report => trainer.Run(new TrainingMeter(report), cancel));
        }
        catch (OperationCanceledException)
        {
            Terminal.Say(trainer.CheckpointPath is null
                ? "nothing of the run is kept; with --checkpoint FILE it would be, for --resume"
                : $"the run is kept as it stands in {trainer.CheckpointPath}; go on with the same command and --resume");
            throw;
        }
    }

    private Trainer MakeTrainer(ParseResult arguments, string name, DataSplit split, Dataset train, Dataset? validation)
    {
        string? checkpoint = arguments.GetValue(_checkpoint);
        if (arguments.GetValue(_resume))
        {
            return checkpoint is null
                ? throw new EspalierException("--resume needs --checkpoint FILE to go on from.")
                : Trainer.Resume(checkpoint, train, validation);
        }

        string outputName = arguments.GetRequiredValue(_output);
        Activation customary = train.IsClassification ? Activation.Softmax : Activation.Identity;
        Activation output = outputName == "auto" ? customary : ActivationArgument.Parse(outputName);
        // Two classes need one output where that output says yes or no by itself.
        bool isBinary = train.IsClassification && train.TargetLength == 2 && output.Kind is ActivationKind.Sigmoid or ActivationKind.Tanh;
        TrainingOptions options = _training.Read(arguments, output, train.Count, DefaultEpochs);
        TrainableNetwork network = MakeNetwork(arguments, name, split.Train.InputShape, isBinary ? 1 : train.TargetLength, output);
        NetworkSize.Require(network, options.BatchSize, train.Count);
        int patience = arguments.GetValue(_patience);
        if (patience > 0) options = options with { EarlyStopping = new EarlyStopping(patience) };
        return new Trainer(network, train, validation, options) { CheckpointPath = checkpoint };
    }

    private TrainableNetwork MakeNetwork(ParseResult arguments, string name, Shape input, int outputs, Activation output)
    {
        ulong seed = arguments.GetValue(CommonOptions.Seed);
        Activation hidden = ActivationArgument.Parse(arguments.GetRequiredValue(_activation));
        if (arguments.GetValue(_architecture) is not { } architecture)
        {
            var network = new NetworkBuilder(input, seed);
            LayersArgument.AddTo(network, arguments.GetRequiredValue(_layers), hidden);
            return network.Dense(outputs, output).Build(name);
        }

        foreach (Option option in (Option[])[_layers, _activation])
        {
            if (arguments.GetResult(option) is { Implicit: false })
            {
                throw new EspalierException($"--architecture {architecture} says what the hidden layers are; leave {option.Name} out.");
            }
        }

        return Architecture.Find(architecture).Create(name, input, outputs, output, seed);
    }

    private void Print(string file, Network network, TrainingResult result, Evaluation test)
    {
        EpochRecord last = result.History[result.BestEpoch - 1];
        string text = FormattableString.Invariant(
            $"{network.Name}: {network.WeightCount:#,0} weights after epoch {result.BestEpoch}, training loss {last.Loss:G4}");
        if (last.Validation?.ErrorPercent is double percent) text += FormattableString.Invariant($", validation error {percent:0.00} %");
        text += test.ErrorPercent is double error
            ? FormattableString.Invariant($", test error {error:0.00} % ({test.Errors:#,0} of {test.Count:#,0})")
            : FormattableString.Invariant($", test loss {test.Loss:G4}");
        Terminal.Print(text);
        Terminal.Print($"written to {file}");
    }

    private static void RequireRange(string option, int value, int most)
    {
        if (value >= 0 && value <= most) return;
        string range = most == int.MaxValue ? "0 or more" : $"a number from 0 to {most}";
        throw new EspalierException($"{option} {value}: give {range}.");
    }

    // "fashion-mnist" becomes FashionMnist, "csv:data/my table.csv" MyTable.
    private static string NameOf(string set)
    {
        int colon = set.IndexOf(':', StringComparison.Ordinal);
        string word = colon < 0 ? set : Path.GetFileNameWithoutExtension(set[(colon + 1)..].Split(',')[0]);
        string[] parts = word.Split(['-', '_', ' ', '.'], StringSplitOptions.RemoveEmptyEntries);
        string name = string.Concat(parts.Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
        return Identifier.IsValid(name) ? name : "Network";
    }
}
