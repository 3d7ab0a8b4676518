using System.Diagnostics;
using System.Runtime.InteropServices;
using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>
/// Measures contenders against each other in one run: first all must agree with a double-precision reference, then they are
/// warmed up, then timed round by round in turn (A B C A B C ...), so that a processor that slows down or a busy neighbour
/// hits all alike. The median of the rounds is reported.
/// </summary>
public static class BenchmarkSuite
{
    /// <summary>
    /// At most this many different batches are cycled through, and no more than about half of a usual second cache holds (but one at
    /// least), so that neither do the inputs drive the weights out of the caches nor is it memory that is timed.
    /// </summary>
    private const int MaxBatches = 16, MaxInputBytes = 512 * 1024;

    private const int MinRounds = 11, AllocationCalls = 32;

    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(10), s_round = TimeSpan.FromMilliseconds(1);

    /// <summary>Checks and times the contenders; those that this machine cannot have are reported with the reason.</summary>
    /// <param name="network">The network of dense layers that all contenders run.</param>
    /// <param name="candidates">The contenders.</param>
    /// <param name="inputs">Whole samples row by row, at least one batch of them.</param>
    /// <param name="options">What to do.</param>
    /// <exception cref="EspalierException">A contender disagrees with the reference, or there are too few samples for a batch.</exception>
    /// <exception cref="ArgumentException">The inputs do not divide into samples.</exception>
    public static BenchmarkReport Run(
        Network network, IReadOnlyList<ContenderCandidate> candidates, ReadOnlyMemory<float> inputs, BenchmarkOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1, nameof(options));
        int length = network.InputShape.Length;
        int samples = inputs.Length / length;
        if (samples * length != inputs.Length)
        {
            throw new ArgumentException($"{inputs.Length} values do not divide into samples of {length}.", nameof(inputs));
        }

        int fitting = Math.Max(1, MaxInputBytes / sizeof(float) / (length * options.Batch));
        int batches = Math.Min(Math.Min(MaxBatches, fitting), samples / options.Batch);
        if (batches == 0) throw new EspalierException($"bench: {samples} samples given; a batch of {options.Batch} needs more.");
        inputs = inputs[..(batches * options.Batch * length)];

        var results = new BenchmarkResult[candidates.Count];
        var runs = new List<(int Index, BenchmarkRun Run)>();
        try
        {
            var check = new AgreementCheck(network, inputs.Span);
            for (int i = 0; i < candidates.Count; i++)
            {
                IContender contender;
                try
                {
                    contender = candidates[i].Create();
                }
                catch (Exception reason) when (reason is EspalierException or NotSupportedException)
                {
                    results[i] = new BenchmarkResult(candidates[i].Name, options.Batch, 0, 0, 0, 0, reason.Message);
                    continue;
                }

                var run = new BenchmarkRun(contender, inputs, options.Batch);
                runs.Add((i, run));
                run.Deviation = check.Require(contender, options.Batch, options.Tolerance);
            }

            int rounds = Measure([.. runs.Select(entry => entry.Run)], options.Budget);
            foreach ((int index, BenchmarkRun run) in runs) results[index] = run.ToResult();
            return new BenchmarkReport(Processor.Name, RuntimeInformation.FrameworkDescription, options.Batch, rounds, results);
        }
        finally
        {
            foreach ((_, BenchmarkRun run) in runs) run.Dispose();
        }
    }

    private static int Measure(BenchmarkRun[] runs, TimeSpan budget)
    {
        // A third of the time warms up, in slices by turns: the JIT recompiles in the background, and only once no new code has
        // come up for a tenth of a second.
        long start = Stopwatch.GetTimestamp();
        do
        {
            foreach (BenchmarkRun run in runs) run.WarmUp(s_slice);
        }
        while (Stopwatch.GetElapsedTime(start) < budget / 3);

        foreach (BenchmarkRun run in runs)
        {
            run.FitRound(s_round);
            run.MeasureAllocation(AllocationCalls);
        }

        int rounds = 0;
        do
        {
            foreach (BenchmarkRun run in runs) run.TimeRound();
            rounds++;
        }
        while (rounds < MinRounds || Stopwatch.GetElapsedTime(start) < budget);
        return rounds;
    }
}
