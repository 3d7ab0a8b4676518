using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Tests.Inference.Baselines;

public sealed class BenchmarkSuiteTests
{
    private static readonly BenchmarkOptions s_quick = new() { Budget = TimeSpan.FromMilliseconds(60) };

    private static readonly Network s_network = RandomNetwork.Create(4, 0.5, Activation.Relu, Activation.Softmax, 12, 9, 3);

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Suite_measures_every_contender_in_the_given_order(int batch)
    {
        IReadOnlyList<ContenderCandidate> candidates =
            [.. Contenders.Baselines(s_network).Where(c => c.Name is ContenderNames.DensePacked or ContenderNames.Csr)];
        BenchmarkReport report = BenchmarkSuite.Run(
            s_network, candidates, RandomNetwork.Inputs(s_network, 13), s_quick with { Batch = batch });
        Assert.Equal([ContenderNames.DensePacked, ContenderNames.Csr], report.Results.Select(result => result.Name));
        Assert.Equal(batch, report.Batch);
        Assert.True(report.Rounds >= 11);
        Assert.NotEmpty(report.Processor);
        Assert.All(report.Results, result =>
        {
            Assert.Null(result.SkippedReason);
            Assert.Equal((batch, 0L), (result.Batch, result.AllocatedBytes));
            Assert.InRange(result.MinNsPerSample, 1, result.NsPerSample);
            Assert.InRange(result.LargestDeviation, 0, 1e-6);
        });
    }

    [Fact]
    public void Suite_reports_why_a_contender_is_missing()
    {
        ContenderCandidate[] candidates = [new("gone", () => throw new EspalierException("not here")), Naive(s_network)];
        BenchmarkReport report = BenchmarkSuite.Run(s_network, candidates, RandomNetwork.Inputs(s_network, 1), s_quick);
        Assert.Equal("not here", report.Results[0].SkippedReason);
        Assert.Equal(0, report.Results[0].NsPerSample);
        Assert.True(report.Results[1].NsPerSample > 0);
    }

    [Fact]
    public void Suite_refuses_to_time_what_computes_something_else()
    {
        Network other = RandomNetwork.Create(5, 0.5, Activation.Relu, Activation.Softmax, 12, 9, 3);
        var error = Assert.Throws<EspalierException>(
            () => BenchmarkSuite.Run(s_network, [Naive(other)], RandomNetwork.Inputs(s_network, 1), s_quick));
        Assert.StartsWith("dense-naive: output 0 of sample 0 is ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Suite_counts_what_a_contender_allocates()
    {
        ContenderCandidate[] candidates = [new("wasteful", () => new Wasteful(s_network))];
        BenchmarkReport report = BenchmarkSuite.Run(s_network, candidates, RandomNetwork.Inputs(s_network, 2), s_quick);
        Assert.InRange(report.Results[0].AllocatedBytes, 1000, 1100);
    }

    [Fact]
    public void Suite_refuses_fewer_samples_than_a_batch()
    {
        var error = Assert.Throws<EspalierException>(
            () => BenchmarkSuite.Run(s_network, [Naive(s_network)], RandomNetwork.Inputs(s_network, 3), s_quick with { Batch = 4 }));
        Assert.Equal("bench: 3 samples given; a batch of 4 needs more.", error.Message);
    }

    private static ContenderCandidate Naive(Network network) => new(ContenderNames.DenseNaive, () => new DenseNaiveContender(network));

    private sealed class Wasteful(Network network) : IContender
    {
        private readonly DenseNaiveContender _inner = new(network);

        public string Name => "wasteful";

        public int InputLength => _inner.InputLength;

        public int OutputLength => _inner.OutputLength;

        public byte[] Waste { get; private set; } = [];

        public void Predict(ReadOnlySpan<float> input, Span<float> output)
        {
            Waste = new byte[1000];
            _inner.Predict(input, output);
        }

        public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> outputs) => _inner.PredictBatch(inputs, outputs);

        public void Dispose() => _inner.Dispose();
    }
}
