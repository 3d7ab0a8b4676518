using System.CommandLine;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Verbs;

/// <summary>Counts a model's errors on a data set.</summary>
internal sealed class EvalVerb : Verb
{
    private readonly DataArguments _data;
    private readonly Option<string> _part = new Option<string>("--part")
    {
        Description = "Which part of the set.",
        DefaultValueFactory = _ => "test",
    }.AcceptOnlyFromAmong("test", "train");

    public EvalVerb(Terminal terminal)
        : base("eval", "Count a model's errors on a data set.", terminal,
            "espalier eval digits.espalier --data digits", "espalier eval mine.espalier --data csv:table.csv --part train --json")
    {
        Add(CommonOptions.Model);
        _data = new DataArguments(this, isRequired: true, "The samples");
        Add(_part);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        DataSplit split = _data.Load(arguments, network);
        Dataset part = arguments.GetValue(_part) == "train" ? split.Train : split.Test;
        LossKind loss = LossArgument.For(network.OutputActivation);
        Evaluation result = Evaluator.Evaluate(TrainableNetwork.FromNetwork(network), part, loss);
        if (WantsJson(arguments)) Terminal.WriteJson(result);
        else Terminal.Print(Text(part, result));
        return ExitCode.Success;
    }

    private static string Text(Dataset part, Evaluation result) => result.ErrorPercent is double percent
        ? FormattableString.Invariant(
            $"{part.Name}: {result.Errors:#,0} errors in {result.Count:#,0} samples ({percent:0.00} %), loss {result.Loss:G4}")
        : FormattableString.Invariant($"{part.Name}: loss {result.Loss:G6} over {result.Count:#,0} samples");
}
