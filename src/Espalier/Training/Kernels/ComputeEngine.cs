namespace Espalier.Training.Kernels;

/// <summary>A team of threads with the matrix products that run on it: made once for a run, so that its steps allocate nothing.</summary>
internal sealed class ComputeEngine : IDisposable
{
    /// <summary>Starts the threads.</summary>
    /// <param name="threads">The number of threads; 0 for one for each processor.</param>
    public ComputeEngine(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        Product = new MatrixProduct(Team);
    }

    /// <summary>The threads.</summary>
    public ThreadTeam Team { get; }

    /// <summary>The matrix products.</summary>
    public MatrixProduct Product { get; }

    /// <inheritdoc/>
    public void Dispose() => Team.Dispose();
}
