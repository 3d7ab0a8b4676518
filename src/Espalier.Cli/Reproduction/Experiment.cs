namespace Espalier.Cli.Reproduction;

/// <summary>One experiment of a paper: settings chosen on validation samples, and where not, its source line says so.</summary>
internal abstract class Experiment
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line on what is shown.</summary>
    public abstract string Title { get; }

    /// <summary>The paper: authors, title, year, table or figure.</summary>
    public abstract string Source { get; }

    /// <summary>
    /// Runs it. Whatever takes longer than some seconds goes through <see cref="ExperimentRun.Part{T}"/> or
    /// <see cref="ExperimentRun.Model"/>, so that a run that was stopped goes on where it stood. When <see cref="ExperimentRun.Quick"/>,
    /// everything is done on a small scale in some seconds: the same code, fewer samples, epochs and seeds, and bars only where they are
    /// kept at that scale too.
    /// </summary>
    /// <exception cref="EspalierException">Data are missing or bad.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    public abstract ReproductionResult Run(ExperimentRun run);
}
