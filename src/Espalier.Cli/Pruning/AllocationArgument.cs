using System.CommandLine;
using Espalier.Pruning.Allocation;
using Espalier.Reporting;

namespace Espalier.Cli.Pruning;

/// <summary>The option that shares the weights out over the layers.</summary>
internal sealed class AllocationArgument
{
    private readonly Option<string?> _allocation = new("--allocation")
    {
        Description = "How many weights each layer keeps: 'scan' by a sensitivity scan, 'spdy' by SPDY over traces of ExactOBS, " +
            "or per cent of each layer, such as 6.7,20,65, which need no further target; in rounds.",
        HelpName = "HOW",
    };

    /// <summary>Adds the option to <paramref name="verb"/>.</summary>
    public AllocationArgument(Verb verb) => verb.Add(_allocation);

    /// <summary>The option.</summary>
    public Option Option => _allocation;

    /// <summary>The allocation, or null when none was given.</summary>
    /// <exception cref="EspalierException">The text means none.</exception>
    public LayerAllocation? Read(ParseResult arguments, CompiledCost? price) => arguments.GetValue(_allocation) switch
    {
        null => null,
        "scan" => new ScanAllocation(),
        "spdy" => new SpdyAllocation(ExactObsCurve.OfAll, new SpdyOptions
        {
            Seed = arguments.GetValue(CommonOptions.Seed),
            Price = price,
        }),
        { } text => new FractionAllocation(PercentList.Parse("--allocation", text, others: ", nor scan or spdy")),
    };
}
