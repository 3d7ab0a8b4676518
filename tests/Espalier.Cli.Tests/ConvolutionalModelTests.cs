using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Interchange;

namespace Espalier.Cli.Tests;

/// <summary>The verbs that compile a model, on one with convolutions, pooling, batch normalisation and a residual addition.</summary>
public sealed class ConvolutionalModelTests : IDisposable
{
    private readonly CommandRun _run = new();

    public ConvolutionalModelTests() => ModelFile.Save(_run.PathOf("c.espalier"), Convolutional());

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Inspect_shows_what_became_of_every_layer()
    {
        JsonElement inspected = await _run.JsonAsync("inspect", "@c.espalier");
        Dictionary<string, JsonElement> layers = inspected.GetProperty("layers").EnumerateArray()
            .ToDictionary(layer => layer.GetProperty("name").GetString()!);
        Assert.Equal(7, layers.Count);
        Assert.Equal("1x12x12 to 4x10x10", layers["conv"].GetProperty("shape").GetString());
        Assert.StartsWith(
            "it is folded into the layer before it", layers["norm"].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("none", layers["flat"].GetProperty("kernel").GetString());
        Assert.Equal("100x3", layers["answer"].GetProperty("loweredShape").GetString());

        Assert.True(inspected.GetProperty("denseEstimatedNs").GetDouble() > inspected.GetProperty("estimatedNs").GetDouble());
        (_, string text, _) = await _run.RunAsync("inspect", "@c.espalier");
        Assert.Matches("dense [\\d,]+ bytes and about [\\d,]+ ns\\.", text);
        Assert.Contains("sum: loop", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_states_the_machine_code_that_the_JIT_makes_beside_the_estimate()
    {
        JsonElement inspected = await _run.JsonAsync("inspect", "@c.espalier", "--machine-code");
        (long Estimated, long Made)[] layers = [.. inspected.GetProperty("layers").EnumerateArray()
            .Where(layer => layer.TryGetProperty("machineCodeBytes", out JsonElement bytes) && bytes.ValueKind == JsonValueKind.Number)
            .Select(layer => (layer.GetProperty("codeBytes").GetInt64(), layer.GetProperty("machineCodeBytes").GetInt64()))];
        Assert.NotEmpty(layers);
        Assert.All(layers, layer => Assert.InRange(layer.Made, Math.Min(64, layer.Estimated / 4), 4 * layer.Estimated + 2000));
    }

    [Fact]
    public async Task Verify_holds_all_plans_and_the_batch_code()
    {
        JsonElement verified = await _run.JsonAsync("verify", "@c.espalier");
        Assert.True(verified.GetProperty("passed").GetBoolean());
        JsonElement[] layers = [.. verified.GetProperty("widths")[0].GetProperty("layers").EnumerateArray()];
        Assert.NotEmpty(layers);
        Assert.All(layers, layer => Assert.True(layer.GetProperty("bitEqual").GetBoolean()));
    }

    [Fact]
    public async Task Bench_times_those_that_can_run_it_and_says_why_the_others_cannot()
    {
        JsonElement report = await _run.JsonAsync("bench", "@c.espalier", "--seconds", "0.2");
        Dictionary<string, JsonElement> contenders = report.GetProperty("contenders").EnumerateArray()
            .ToDictionary(contender => contender.GetProperty("name").GetString()!);
        foreach (string name in (string[])["espalier", "dense-naive"])
        {
            Assert.True(contenders[name].GetProperty("nsPerSample").GetDouble() > 0, name);
            Assert.Equal(0, contenders[name].GetProperty("allocatedBytes").GetInt64());
        }

        Assert.Contains("dense layers only", contenders["csr"].GetProperty("skippedReason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_tries_the_kernels_of_every_stage_with_weights()
    {
        JsonElement report = await _run.JsonAsync("bench", "@c.espalier", "--kernels", "--seconds", "0.2");
        foreach (JsonElement stage in report.GetProperty("layers").EnumerateArray())
        {
            JsonElement[] trials = [.. stage.GetProperty("trials").EnumerateArray()];
            Assert.NotEmpty(trials);
            Assert.Single(trials, trial => trial.GetProperty("isChosen").GetBoolean());
        }
    }

    private static Network Convolutional()
    {
        var random = new Random(5);
        Shape input = new(1, 12, 12), image = new(4, 10, 10), pooled = new(4, 5, 5);
        Layer[] layers =
        [
            new ConvolutionLayer("conv", input, Window.Square(3), 1, Weights(4, 9), Numbers(4), Activation.Identity),
            new BatchNormalizationLayer(
                "norm", image, Numbers(4), Numbers(4), Numbers(4), new FloatVector([1, 2, 3, 4]), 1e-5f, Activation.Relu),
            new PoolingLayer("pool", image, PoolingKind.Max, Window.Square(2, 2), false, false, Activation.Identity),
            new ConvolutionLayer("inner", pooled, Window.Square(3, padding: 1), 1, Weights(4, 36), Numbers(4), Activation.Relu),
            new AdditionLayer("sum", pooled, 2, Activation.Identity) { Sources = new(["pool", "inner"]) },
            new FlattenLayer("flat", pooled),
            new DenseLayer("answer", Weights(3, 100), Numbers(3), Activation.Softmax),
        ];
        return new Network("Convolutional", input, new EquatableArray<Layer>(layers), default);

        float Next() => random.NextSingle() - 0.5f;
        FloatVector Numbers(int count) => new([.. Enumerable.Range(0, count).Select(_ => Next())]);
        SparseMatrix Weights(int rows, int columns) =>
            SparseMatrix.FromDense(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.Next(3) == 0 ? Next() : 0)]);
    }
}
