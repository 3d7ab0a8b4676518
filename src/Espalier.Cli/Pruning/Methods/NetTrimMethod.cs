using System.CommandLine;
using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>See <see cref="NetTrim"/>.</summary>
internal sealed class NetTrimMethod : OwnMethod
{
    private static readonly Option<double> s_tolerance = new("--tolerance")
    {
        Description = "With --method net-trim, how far a unit's active outputs may be off, as a part of their length.",
        HelpName = "X",
        DefaultValueFactory = _ => 0.05,
    };

    private static readonly Option<string> s_form = new Option<string>("--form")
    {
        Description = "With --method net-trim, whether layers read what the dense network or what the pruned layers before give them.",
        DefaultValueFactory = _ => "parallel",
    }.AcceptOnlyFromAmong("parallel", "cascade");

    private static readonly Option<int> s_samples = new("--samples")
    {
        Description = "With --method net-trim, the most training samples that outputs are compared on.",
        HelpName = "N",
        DefaultValueFactory = _ => 1000,
    };

    /// <summary>Declares the method.</summary>
    public NetTrimMethod()
        : base("net-trim", "layers of least |U|_1 with nearly the same outputs, by convex programs; no training (Aghasi et al. 2017)",
            s_tolerance, s_form, s_samples)
    {
    }

    /// <inheritdoc/>
    public override int? Epochs => null;

    /// <inheritdoc/>
    public override PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel)
    {
        var options = new NetTrimOptions
        {
            Epsilon = arguments.GetValue(s_tolerance),
            Form = Enum.Parse<NetTrimForm>(arguments.GetRequiredValue(s_form), ignoreCase: true),
            Samples = arguments.GetValue(s_samples),
        };
        TrainableNetwork before = input.Network.Clone();
        IReadOnlyList<NetTrimLayer> layers = input.Terminal.Track("pruning", report =>
            NetTrim.Prune(input.Network, input.Train, options, new FractionMeter(report), cancel));
        Evaluation start = Evaluate(before), end = Evaluate(input.Network);
        return new PruningOutcome(input.Network, input.Log(Name, before, input.Judge.Name, (start, end, null)), WasInterrupted: false)
        {
            Details = layers,
        };

        Evaluation Evaluate(TrainableNetwork network) => Evaluator.Evaluate(network, input.Judge, input.Training.Loss);
    }
}
