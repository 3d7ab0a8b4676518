using Espalier.Numerics;

namespace Espalier.Training.Kernels;

/// <summary>A team of threads with the matrix products that run on it: made once for a run, so that its steps allocate nothing.</summary>
internal sealed class ComputeEngine : IDisposable
{
    private readonly AlignedBuffer?[] _scratch;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">The number of threads; 0 for one for each processor.</param>
    public ComputeEngine(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        Product = new MatrixProduct(Team);
        _scratch = new AlignedBuffer?[Team.Size];
    }

    /// <summary>The threads.</summary>
    public ThreadTeam Team { get; }

    /// <summary>The matrix products.</summary>
    public MatrixProduct Product { get; }

    /// <summary>
    /// Memory of one of the threads for one item of work: whatever stood there last. It grows to the largest that was needed.
    /// </summary>
    public Span<float> Scratch(int member, int length)
    {
        AlignedBuffer? buffer = _scratch[member];
        if (buffer is null || buffer.Span.Length < length) _scratch[member] = buffer = new AlignedBuffer(length);
        return buffer.Span[..length];
    }

    /// <inheritdoc/>
    public void Dispose() => Team.Dispose();
}
