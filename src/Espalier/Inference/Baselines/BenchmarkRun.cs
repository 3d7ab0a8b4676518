using System.Diagnostics;

namespace Espalier.Inference.Baselines;

/// <summary>One contender on its way through a benchmark: it cycles through batches of inputs and collects times.</summary>
internal sealed class BenchmarkRun(IContender contender, ReadOnlyMemory<float> inputs, int batch) : IDisposable
{
    private readonly float[] _outputs = new float[batch * contender.OutputLength];
    private readonly List<double> _nsPerSample = [];
    private int _position, _callsPerRound = 1;
    private long _allocatedBytes;

    /// <summary>The distance from the reference, as found before.</summary>
    public double Deviation { get; set; }

    /// <summary>Runs for some time.</summary>
    public void WarmUp(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        do Next();
        while (Stopwatch.GetElapsedTime(start) < time);
    }

    /// <summary>Fits the number of calls of a round to a time.</summary>
    public void FitRound(TimeSpan time)
    {
        int calls = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            Next();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        _callsPerRound = calls;
    }

    /// <summary>Finds what a call allocates.</summary>
    public void MeasureAllocation(int calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++) Next();
        _allocatedBytes = (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
    }

    /// <summary>Times one round.</summary>
    public void TimeRound()
    {
        long start = Stopwatch.GetTimestamp();
        if (contender is CompiledContender compiled && batch == 1)
        {
            // As a program calls it that has the generated class: for a small network the way there would be as long as the network.
            _position = compiled.PredictRepeatedly(inputs.Span, _outputs, _position, _callsPerRound);
        }
        else
        {
            for (int i = 0; i < _callsPerRound; i++) Next();
        }

        _nsPerSample.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / _callsPerRound / batch);
    }

    /// <summary>What was found.</summary>
    public BenchmarkResult ToResult()
    {
        _nsPerSample.Sort();
        double median = _nsPerSample[_nsPerSample.Count / 2], fastest = _nsPerSample[0];
        return new BenchmarkResult(contender.Name, batch, median, fastest, _allocatedBytes, Deviation);
    }

    public void Dispose() => contender.Dispose();

    /// <summary>Runs the next batch of inputs.</summary>
    private void Next()
    {
        int length = batch * contender.InputLength;
        ReadOnlySpan<float> x = inputs.Span.Slice(_position, length);
        _position += length;
        if (_position == inputs.Length) _position = 0;
        if (batch == 1) contender.Predict(x, _outputs);
        else contender.PredictBatch(x, _outputs);
    }
}
