using System.Runtime.Intrinsics.X86;
using System.Text.Json;

namespace Espalier.Cli.Tests;

public sealed class BenchAndDemoVerbTests : IDisposable
{
    private static readonly string[] s_names =
        ["espalier", "dense-packed", "dense-naive", "tensor-primitives", "mathnet-dense", "mathnet-sparse", "csr", "onnxruntime"];

    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("8")]
    public async Task Bench_times_every_contender_or_says_why_not(string batch)
    {
        await _run.JsonAsync("train", "--data", "monks-1", "--layers", "8", "--epochs", "2", "--out", "@m.espalier");

        JsonElement report = await _run.JsonAsync("bench", "@m.espalier", "--data", "monks-1", "--batch", batch, "--seconds", "0.3");

        Assert.Equal(batch, report.GetProperty("batch").GetRawText());
        Assert.NotEmpty(report.GetProperty("processor").GetString()!);
        JsonElement[] contenders = [.. report.GetProperty("contenders").EnumerateArray()];
        Assert.Equal(s_names, contenders.Select(contender => contender.GetProperty("name").GetString()!));
        foreach (JsonElement contender in contenders)
        {
            bool isTimed = contender.GetProperty("nsPerSample").GetDouble() > 0;
            Assert.True(isTimed != contender.TryGetProperty("skippedReason", out _));
        }

        Assert.Equal(0, contenders[0].GetProperty("allocatedBytes").GetInt64());
    }

    [Fact]
    public async Task Bench_times_every_kernel_on_every_layer_beside_its_estimate()
    {
        await _run.JsonAsync("train", "--data", "monks-1", "--layers", "8", "--epochs", "2", "--out", "@m.espalier");

        JsonElement report = await _run.JsonAsync("bench", "@m.espalier", "--kernels", "--seconds", "0.3");

        JsonElement[] layers = [.. report.GetProperty("layers").EnumerateArray()];
        Assert.Equal(2, layers.Length);
        foreach (JsonElement layer in layers)
        {
            JsonElement[] trials = [.. layer.GetProperty("trials").EnumerateArray()];
            Assert.Contains(trials, trial => trial.GetProperty("kernel").GetString() == "unrolled");
            Assert.Single(trials, trial => trial.GetProperty("isChosen").GetBoolean());
            Assert.All(trials, trial => Assert.True(trial.GetProperty("predictedNs").GetDouble() > 0));
        }

        (_, string text, _) = await _run.RunAsync(["bench", "@m.espalier", "--kernels", "--seconds", "0.3"]);
        Assert.Contains("predicted ns", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench", "--batch", "0")]
    [InlineData("bench", "--seconds", "0")]
    [InlineData("demo", "--seconds", "-1")]
    public async Task Numbers_out_of_range_are_refused(string verb, string option, string value)
    {
        string[] model = verb == "bench" ? ["@none.espalier"] : [];
        (int code, string output, string error) = await _run.RunAsync([verb, .. model, option, value]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(option, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_trains_prunes_compiles_verifies_and_writes_what_it_says()
    {
        JsonElement result = await _run.JsonAsync("demo", "--out", "@demo", "--seconds", "0.5");

        Assert.True(result.GetProperty("passed").GetBoolean());
        Assert.Equal((266_200, 13_310), (result.GetProperty("weights").GetInt32(), result.GetProperty("nonZeros").GetInt32()));
        double dense = result.GetProperty("dense").GetProperty("errorPercent").GetDouble(),
            pruned = result.GetProperty("pruned").GetProperty("errorPercent").GetDouble();
        Assert.True(dense < 4 && pruned < dense + 1, $"{dense} % dense, {pruned} % pruned");
        Assert.True(result.GetProperty("compiledBytes").GetInt64() * 5 < result.GetProperty("denseBytes").GetInt64());
        JsonElement files = result.GetProperty("files");
        string report = await File.ReadAllTextAsync(files.GetProperty("report").GetString()!);
        Assert.Contains("<svg", report, StringComparison.Ordinal);
        Assert.Contains("13,310", report, StringComparison.Ordinal);
        foreach (JsonElement source in files.GetProperty("sources").EnumerateArray()) Assert.True(File.Exists(source.GetString()));
        await RequireVerifiedWidths(files.GetProperty("model").GetString()!);
    }

    private async Task RequireVerifiedWidths(string model)
    {
        JsonElement verified = await _run.JsonAsync("verify", model, "--data", "digits");
        Assert.True(verified.GetProperty("passed").GetBoolean());
        JsonElement[] widths = [.. verified.GetProperty("widths").EnumerateArray()];
        string[] names = [.. widths.Select(width => width.GetProperty("name").GetString()!)];
        string[] expected = ["scalar", "vector128", "vector256", "vector512"];
        Assert.Equal(expected.Intersect(names), names);
        Assert.True(widths[0].GetProperty("bitEqual").GetBoolean());
        Assert.Equal(Avx2.IsSupported, names.Contains("vector256"));
        foreach (JsonElement width in widths)
        {
            Assert.InRange(width.GetProperty("boundShare").GetDouble(), 0, 1);
            Assert.InRange(width.GetProperty("maxAbs").GetDouble(), 0, width.GetProperty("bitEqual").GetBoolean() ? 0 : 1e-3);
            Assert.True(width.TryGetProperty("maxRel", out _) && width.TryGetProperty("maxUlp", out _));
        }

        JsonElement answers = verified.GetProperty("answers");
        Assert.Equal(2000, answers.GetProperty("count").GetInt32());
        Assert.Equal(2000, answers.GetProperty("same").GetInt32() + answers.GetProperty("closeCalls").GetInt32());
    }
}
