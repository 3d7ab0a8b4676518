using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>Shares the units of a layer out to threads, each with tools of its own.</summary>
internal static class RowLoop
{
    /// <summary>Calls <paramref name="body"/> for each row, with the tools of the thread that does it.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="nanosecondsPerRow">About how long a row takes.</param>
    /// <param name="makeTools">Makes a thread's tools, when it gets its first row.</param>
    /// <param name="body">The work on a row.</param>
    /// <param name="progress">Told the part that is done, from the calling thread; or null.</param>
    /// <param name="cancellation">Ends the loop.</param>
    /// <exception cref="EspalierException">As the body threw it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run<TTools>(
        ThreadTeam team, int rows, long nanosecondsPerRow, Func<TTools> makeTools, Action<int, TTools> body,
        Action<double>? progress = null, CancellationToken cancellation = default)
        where TTools : class
    {
        var tools = new TTools?[team.Size];
        int done = 0;
        EspalierException? fault = null;
        team.For(rows, rows * nanosecondsPerRow, (row, member) =>
        {
            if (cancellation.IsCancellationRequested || fault is not null) return;
            try
            {
                body(row, tools[member] ??= makeTools());
            }
            catch (EspalierException error)
            {
                fault = error;
            }

            int count = Interlocked.Increment(ref done);
            if (member == 0) progress?.Invoke((double)count / rows);
        });
        cancellation.ThrowIfCancellationRequested();
        if (fault is not null) throw fault;
    }
}
