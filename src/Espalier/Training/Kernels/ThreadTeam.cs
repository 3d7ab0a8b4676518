namespace Espalier.Training.Kernels;

/// <summary>
/// Threads that share out loops of a few microseconds. Work is claimed item by item, so a thread that is held up leaves its
/// share to the others; an item must write outputs of its own, and then the result cannot depend on who computed it.
/// </summary>
/// <remarks>
/// A training step is a dozen loops of 5 to 200 microseconds: starting tasks for each would cost as much as the small ones and
/// allocate. Waiting threads spin briefly and then sleep, so that a team at rest costs nothing. A loop ends when its items are done,
/// not when every thread has looked at it: on a busy machine a thread may be away for milliseconds.
/// </remarks>
internal sealed class ThreadTeam : IDisposable
{
    /// <summary>Below this much work, in nanoseconds, waking the others costs more than they save (measured).</summary>
    private const long WorthSharing = 5000;

    private const int SpinsBeforeSleep = 500, CountBits = 20;
    private const long CountMask = (1L << CountBits) - 1;
    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private Action<int, int> _body = (_, _) => { };
    private Exception? _error;
    private int _done, _sleeping;
    private bool _stopping;

    // One word, so that claiming an item is one compare-and-swap that fails when the loop has changed:
    // the loop's number (24 bits), its count of items (20 bits), the next item to claim (20 bits).
    private long _ticket;

    /// <summary>Starts a team.</summary>
    /// <param name="size">The number of threads, the calling one included.</param>
    public ThreadTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _threads = new Thread[size - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int member = i + 1;
            _threads[i] = new Thread(() => Serve(member)) { IsBackground = true, Name = $"espalier {member}" };
            _threads[i].Start();
        }
    }

    /// <summary>The number of threads, the calling one included.</summary>
    public int Size => _threads.Length + 1;

    /// <summary>Calls <paramref name="body"/>(item, member) once for each item, and returns when all are done.</summary>
    /// <param name="count">The number of items, below 2^20.</param>
    /// <param name="nanoseconds">About how long one thread would take for all of it; small work stays on the calling thread.</param>
    /// <param name="body">The work; its second argument is the number of the thread in the team, to pick scratch memory by.</param>
    /// <exception cref="InvalidOperationException">An item failed on another thread.</exception>
    public void For(int count, long nanoseconds, Action<int, int> body)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CountMask);
        if (_threads.Length == 0 || count <= 1 || nanoseconds < WorthSharing)
        {
            for (int item = 0; item < count; item++) body(item, 0);
            return;
        }

        (_body, _done, _error) = (body, 0, null);
        long loop = (_ticket >> (2 * CountBits)) + 1;
        Interlocked.Exchange(ref _ticket, (loop << (2 * CountBits)) | ((long)count << CountBits));
        if (Volatile.Read(ref _sleeping) > 0)
        {
            lock (_gate) Monitor.PulseAll(_gate);
        }

        Work(0);
        var wait = new SpinWait();
        while (Volatile.Read(ref _done) < count) wait.SpinOnce(sleep1Threshold: -1);
        if (_error is Exception error) throw new InvalidOperationException($"A parallel loop failed: {error.Message}", error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads) thread.Join();
    }

    private static bool HasWork(long ticket) => (ticket & CountMask) < ((ticket >> CountBits) & CountMask);

    private void Work(int member)
    {
        for (long ticket = Volatile.Read(ref _ticket); HasWork(ticket); ticket = Volatile.Read(ref _ticket))
        {
            // Read before the claim: while the ticket has work left its loop is running, and the body is its own.
            Action<int, int> body = Volatile.Read(ref _body);
            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket) continue;
            try
            {
                body((int)(ticket & CountMask), member);
            }
            catch (Exception error)
            {
                // It must surface on the calling thread, or it would end the process from this one.
                Interlocked.CompareExchange(ref _error, error, null);
            }

            Interlocked.Increment(ref _done);
        }
    }

    private void Serve(int member)
    {
        while (AwaitWork()) Work(member);
    }

    private bool AwaitWork()
    {
        for (int spin = 0; spin < SpinsBeforeSleep; spin++)
        {
            if (HasWork(Volatile.Read(ref _ticket))) return true;
            if (Volatile.Read(ref _stopping)) return false;
            Thread.SpinWait(8);
        }

        lock (_gate)
        {
            // Announced before the last look at the ticket: the caller writes that first and looks at this second,
            // so one of the two always sees the other, and no wake-up is lost.
            Interlocked.Increment(ref _sleeping);
            while (!HasWork(Volatile.Read(ref _ticket)) && !_stopping) Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleeping);
            return !_stopping;
        }
    }
}
