using System.CommandLine;
using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Compression.Sharing;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Verbs;

/// <summary>Writes a model in the fewest bytes: shared weights, gaps, Huffman codes.</summary>
internal sealed class CompressVerb : Verb
{
    private const int DefaultEpochs = 5;

    private readonly DataArguments _data;
    private readonly ValidationArgument _validation;
    private readonly TrainingArguments _training;
    private readonly Option<string> _bits = new("--bits")
    {
        Description = "Bits of a weight's code: each layer shares 2^N weights; N,N,N for each layer its own; 0 leaves weights as they are.",
        HelpName = "N",
        DefaultValueFactory = _ => "5",
    };

    private readonly Option<int?> _biasBits = new("--bias-bits")
    {
        Description = "Share the biases of each layer as well; left as they are unless given.",
        HelpName = "N",
    };

    private readonly Option<string> _start = new Option<string>("--init")
    {
        Description = "Where k-means starts: at even steps from least to most, at even shares of the weights, or by chance.",
        DefaultValueFactory = _ => "linear",
    }.AcceptOnlyFromAmong("linear", "density", "random");

    private readonly Option<string> _coding = new Option<string>("--gap-coding")
    {
        Description = "relative: the paper's, with filler zeros; classes: gaps of any width; smallest: the best for each layer.",
        DefaultValueFactory = _ => "smallest",
    }.AcceptOnlyFromAmong("relative", "classes", "smallest");

    private readonly Option<int> _indexBits = new("--index-bits")
    {
        Description = "Bits of a relative gap, 0 for the best.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<bool> _keepUnits = new("--keep-units")
    {
        Description = "Leave hidden units as they are; otherwise dead ones go and the rest is sorted: outputs change by rounding only.",
    };

    private readonly Option<string?> _file = new("--out", "-o")
    {
        Description = "The file to write; otherwise NAME.espz beside the model.",
        HelpName = "FILE.espz",
    };

    public CompressVerb(Terminal terminal)
        : base("compress", "Write a model in the fewest bytes: weights share a few values, which training adjusts; gaps and codes are "
            + "Huffman coded.", terminal,
            "espalier compress digits.pruned.espalier --bits 4 --data digits",
            "espalier compress lenet-8.espalier --bits 6 --data mnist --epochs 10 --gap-coding relative --index-bits 5 --json",
            "espalier compress digits.espalier --bits 0 --keep-units")
    {
        Add(CommonOptions.Model);
        foreach (Option option in (Option[])[_bits, _biasBits, _start, _coding, _indexBits, _keepUnits]) Add(option);
        _data = new DataArguments(this, isRequired: false, "Train the shared weights on it");
        _training = new TrainingArguments(this, $"{DefaultEpochs} unless given", rate: 3e-4);
        _validation = new ValidationArgument(this);
        Add(_file);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        string path = arguments.GetRequiredValue(CommonOptions.Model);
        var coding = new CompressionOptions
        {
            GapCoding = Enum.Parse<GapCoding>(arguments.GetRequiredValue(_coding), ignoreCase: true),
            IndexBits = arguments.GetValue(_indexBits),
        };
        coding.Validate();
        WeightSharingOptions? sharing = Sharing(arguments);
        Network given = ModelFile.Load(path);
        string file = arguments.GetValue(_file) ?? Path.ChangeExtension(path, ".espz");
        RequireFile(path, file);

        bool keepsUnits = arguments.GetValue(_keepUnits);
        Network network = keepsUnits ? given : UnitCompaction.DropDeadUnits(given);
        Errors? errors = null;
        if (sharing is not null) network = Share(arguments, network, sharing, cancel, out errors);
        else RequireNoData(arguments, "--bits 0 leaves the weights as they are; leave --data out.");
        if (!keepsUnits) network = UnitCompaction.SortUnits(network);
        CompressedModel compressed = CompressedModel.Write(network, coding);
        compressed.Save(file);
        long dense = CompressionTable.DenseBytes(given);
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new
            {
                file,
                bytes = compressed.Bytes.Length,
                denseBytes = dense,
                ratio = (double)dense / compressed.Bytes.Length,
                compressed.HeaderBits,
                compressed.Layers,
                errors,
            });
        }
        else
        {
            Terminal.Print(TextTable.Format([CompressionTable.Headings, .. CompressionTable.Rows(compressed, given)]));
            Terminal.Print(FormattableString.Invariant(
                $"{dense:#,0} bytes of floats to {compressed.Bytes.Length:#,0}: {(double)dense / compressed.Bytes.Length:0.0}x"));
            Print(file, errors);
        }

        return ExitCode.Success;
    }

    private WeightSharingOptions? Sharing(ParseResult arguments)
    {
        string text = arguments.GetRequiredValue(_bits);
        int? biasBits = arguments.GetValue(_biasBits);
        if (text == "0")
        {
            return biasBits is null ? null : throw new EspalierException("--bits 0 leaves a model as it is; leave --bias-bits out.");
        }

        int[] bits = Array.ConvertAll(text.Split(','), part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw new EspalierException(
                    $"--bits {text}: '{part}' is no number of bits; write one, or one for each layer with commas between."));
        return new WeightSharingOptions
        {
            Bits = bits[0],
            LayerBits = bits.Length > 1 ? bits : null,
            BiasBits = biasBits,
            Start = Enum.Parse<CentroidStart>(arguments.GetRequiredValue(_start), ignoreCase: true),
            Seed = arguments.GetValue(CommonOptions.Seed),
        };
    }

    private void RequireNoData(ParseResult arguments, string mend)
    {
        if (_data.Name(arguments) is { } name) throw new EspalierException($"--data {name} is for training; {mend}");
        _training.RequireNone(arguments, mend);
    }

    private Network Share(
        ParseResult arguments, Network network, WeightSharingOptions sharing, CancellationToken cancel, out Errors? errors)
    {
        errors = null;
        TrainableNetwork trainable = TrainableNetwork.FromNetwork(network);
        if (_data.Name(arguments) is null)
        {
            _training.RequireNone(arguments, "name the samples with --data.");
            return SharedNetwork.Share(trainable, sharing).ToNetwork();
        }

        DataSplit split = _data.Load(arguments, network);
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        TrainingOptions options = _training.Read(arguments, network.OutputActivation, train.Count, DefaultEpochs);
        LossKind loss = options.Loss;
        (Evaluation, Evaluation?) Evaluate() => (Evaluator.Evaluate(trainable, split.Test, loss),
            validation is null ? null : Evaluator.Evaluate(trainable, validation, loss));

        (Evaluation Test, Evaluation? Validation) given = Evaluate();
        SharedNetwork shared = SharedNetwork.Share(trainable, sharing);
        (Evaluation Test, Evaluation? Validation) clustered = Evaluate();
        Terminal.Track("training", report => shared.Train(train, validation, options, new TrainingMeter(report), cancel));
        (Evaluation Test, Evaluation? Validation) trained = Evaluate();
        errors = new Errors(given.Test, clustered.Test, trained.Test, given.Validation, clustered.Validation, trained.Validation);
        return shared.ToNetwork();
    }

    // Unlike a pruned model, a compressed one cannot take the given one's place: it is no .espalier file.
    private static void RequireFile(string model, string file)
    {
        AtomicFile.RequireWritable(file);
        if (Path.GetFullPath(model) == Path.GetFullPath(file))
        {
            throw new EspalierException($"{file}: is the model itself; name another file with --out.");
        }
    }

    private void Print(string file, Errors? errors)
    {
        if (errors is not null)
        {
            Print("test", errors.TestGiven, errors.TestClustered, errors.TestTrained);
            if (errors is { ValidationGiven: { } given, ValidationClustered: { } clustered, ValidationTrained: { } trained })
            {
                Print("validation", given, clustered, trained);
            }
        }

        Terminal.Print($"written to {file}");

        void Print(string part, Evaluation given, Evaluation clustered, Evaluation trained) =>
            Terminal.Print($"{part}: {EvaluationText.Of(given)} before, {EvaluationText.Of(clustered)} shared, "
                + $"{EvaluationText.Of(trained)} trained");
    }

    /// <summary>How the model does as it was given, with shared weights, and with these trained.</summary>
    private sealed record Errors(
        Evaluation TestGiven, Evaluation TestClustered, Evaluation TestTrained,
        Evaluation? ValidationGiven, Evaluation? ValidationClustered, Evaluation? ValidationTrained);
}
