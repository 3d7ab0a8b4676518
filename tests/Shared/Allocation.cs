namespace Espalier.Tests.Shared;

/// <summary>What code allocates once it is warm.</summary>
internal static class Allocation
{
    private const int Attempts = 3;

    /// <summary>
    /// Fails unless <paramref name="run"/> allocates nothing after its first call. Code that allocates does so each time; one count of
    /// three may be above zero, because the runtime has been seen to charge a thread with 3,488 bytes that its code had no part in.
    /// </summary>
    public static void AssertNoneAfterFirst(Action run)
    {
        run();
        long least = long.MaxValue;
        for (int i = 0; i < Attempts && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
