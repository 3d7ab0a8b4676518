using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Cli.Reproduction;

/// <summary>One run of an experiment: its data, its finished parts, its progress.</summary>
internal sealed class ExperimentRun
{
    private readonly PartFolder _parts;
    private readonly Action<double, string> _report;
    private double _from, _to = 1;

    /// <summary>Prepares a run.</summary>
    /// <param name="data">The data sets.</param>
    /// <param name="folder">Where files go; made when it is not there.</param>
    /// <param name="quick">Whether to run on a small scale.</param>
    /// <param name="report">Told the part that is done, 0 to 1, and a word on what is under way.</param>
    /// <param name="cancellation">Ends the run.</param>
    public ExperimentRun(DataCatalog data, string folder, bool quick, Action<double, string> report, CancellationToken cancellation)
    {
        (Data, Quick, _report, Cancellation) = (data, quick, report, cancellation);
        _parts = new PartFolder(folder, cancellation);
    }

    /// <summary>The data sets.</summary>
    public DataCatalog Data { get; }

    /// <summary>Whether everything is done on a small scale.</summary>
    public bool Quick { get; }

    /// <summary>Ends the run.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Says that what follows takes the progress of the whole from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public void Stage(double from, double to, string what)
    {
        (_from, _to) = (from, to);
        Report(0, what);
    }

    /// <summary>Reports the part of the present stage that is done, 0 to 1.</summary>
    public void Report(double fraction, string what) => _report(_from + (_to - _from) * Math.Clamp(fraction, 0, 1), what);

    /// <inheritdoc cref="PartFolder.Part{T}"/>
    public T Part<T>(string name, string recipe, Func<T> work) => _parts.Part(name, recipe, work);

    /// <inheritdoc cref="PartFolder.Model"/>
    public Network Model(string name, string recipe, Func<Network> work) => _parts.Model(name, recipe, work);
}
