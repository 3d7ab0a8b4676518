using System.Text.Json;
using Espalier.Interchange;

namespace Espalier.Cli.Tests;

/// <summary>The life of a small model, verb by verb.</summary>
public sealed class ModelVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_model_is_trained_evaluated_inspected_compiled_and_verified()
    {
        // The set as it is drawn by rule, whatever folder of published ones the environment names.
        string[] data = ["--data", "monks-1", "--data-dir", "@"];
        JsonElement trained = await _run.JsonAsync(["train", .. data, "--layers", "3", "--activation", "tanh", "--output", "sigmoid",
            "--epochs", "500", "--batch", "0", "--learning-rate", "0.05", "--validation", "0", "--out", "@m.espalier"]);
        Assert.Equal(54, trained.GetProperty("weights").GetInt32());
        Assert.Equal(0, trained.GetProperty("test").GetProperty("errors").GetInt32());

        JsonElement evaluated = await _run.JsonAsync(["eval", "@m.espalier", .. data]);
        Assert.Equal((0, 432, 0.0), (evaluated.GetProperty("errors").GetInt32(), evaluated.GetProperty("count").GetInt32(),
            evaluated.GetProperty("errorPercent").GetDouble()));
        Assert.True(evaluated.GetProperty("loss").GetDouble() is > 0 and < 0.2);

        JsonElement inspected = await _run.JsonAsync("inspect", "@m.espalier", "--picture", "@m.svg");
        Assert.Equal((54, 54), (inspected.GetProperty("weights").GetInt32(), inspected.GetProperty("nonZeros").GetInt32()));
        JsonElement layer = inspected.GetProperty("layers")[0];
        Assert.Equal("17x3", layer.GetProperty("shape").GetString());
        Assert.Matches("^(unrolled|table|(permute|block|dense) (128|256|512))$", layer.GetProperty("kernel").GetString());
        foreach (string field in (string[])
            ["name", "nonZeros", "density", "reason", "estimatedNs", "tableBytes", "codeBytes", "scratchBytes", "fill"])
        {
            Assert.True(layer.TryGetProperty(field, out _), field);
        }

        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_run.PathOf("m.svg")), StringComparison.Ordinal);

        JsonElement compiled = await _run.JsonAsync(
            "compile", "@m.espalier", "--out", "@generated", "--class", "Robots", "--namespace", "Monks");
        string surface = await File.ReadAllTextAsync(compiled.GetProperty("files")[0].GetProperty("path").GetString()!);
        Assert.Contains("namespace Monks", surface, StringComparison.Ordinal);
        Assert.Contains("public static partial class Robots", surface, StringComparison.Ordinal);

        JsonElement verified = await _run.JsonAsync(["verify", "@m.espalier", .. data]);
        Assert.True(verified.GetProperty("passed").GetBoolean());
        JsonElement width = verified.GetProperty("widths")[0];
        Assert.Equal(("scalar", true), (width.GetProperty("name").GetString(), width.GetProperty("bitEqual").GetBoolean()));
        Assert.Equal(432, verified.GetProperty("answers").GetProperty("same").GetInt32());
    }

    [Fact]
    public async Task A_resumed_run_writes_the_same_model_as_one_that_never_stopped()
    {
        string[] options = ["train", "--data", "monks-3", "--layers", "4", "--epochs", "6", "--batch", "16"];
        await _run.JsonAsync([.. options, "--out", "@whole.espalier", "--checkpoint", "@run.ckpt"]);
        await _run.JsonAsync([.. options, "--out", "@resumed.espalier", "--checkpoint", "@run.ckpt", "--resume"]);

        Assert.Equal(await File.ReadAllTextAsync(_run.PathOf("whole.espalier")),
            await File.ReadAllTextAsync(_run.PathOf("resumed.espalier")));
    }

    [Fact]
    public async Task Verify_holds_the_code_against_an_ONNX_model_and_says_which_other_model_it_is_not()
    {
        string[] train = ["train", "--data", "monks-1", "--layers", "3", "--epochs", "2"];
        await _run.JsonAsync([.. train, "--out", "@m.espalier"]);
        await _run.JsonAsync([.. train, "--seed", "2", "--out", "@other.espalier"]);
        await _run.JsonAsync("train", "--data", "digits", "--layers", "3", "--epochs", "1", "--out", "@small.espalier");
        foreach (string name in (string[])["m", "other", "small"])
        {
            await File.WriteAllBytesAsync(_run.PathOf($"{name}.onnx"), OnnxExport.ToBytes(ModelFile.Load(_run.PathOf($"{name}.espalier"))));
        }

        JsonElement verified = await _run.JsonAsync("verify", "@m.espalier", "--onnx", "@m.onnx");
        JsonElement reference = verified.GetProperty("references")[0];
        Assert.Equal(("m.onnx, imported", true), (reference.GetProperty("name").GetString(), verified.GetProperty("passed").GetBoolean()));
        Assert.InRange(reference.GetProperty("maxRel").GetDouble(), 0, 1e-5);

        (int code, string output, _) = await _run.RunAsync("verify", "@m.espalier", "--onnx", "@other.onnx");
        Assert.Equal(ExitCode.BarMissed, code);
        Assert.Matches("other\\.onnx, imported:.*: FAIL", output);
        (code, _, string error) = await _run.RunAsync("verify", "@m.espalier", "--onnx", "@small.onnx");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Matches("small\\.onnx: takes \\d+ values and gives 10; \\w+ takes 17 and gives \\d\\.", error);
    }

    [Fact]
    public async Task Verify_fails_with_exit_code_1_when_the_samples_of_the_model_do_not_hold()
    {
        await _run.JsonAsync("train", "--data", "monks-1", "--layers", "3", "--epochs", "2", "--out", "@m.espalier");
        Compilation.Model.Network network = ModelFile.Load(_run.PathOf("m.espalier"));
        Compilation.Model.Sample sample = network.Samples[0];
        float[] outputs = sample.Outputs.ToArray();
        outputs[0] += 0.01f;
        var wrong = Compilation.Model.Sample.FromDense(sample.ToDenseInput(17), outputs);
        ModelFile.Save(_run.PathOf("wrong.espalier"), network with { Samples = new([wrong]) });

        (int code, string output, _) = await _run.RunAsync("verify", "@wrong.espalier");

        Assert.Equal(ExitCode.BarMissed, code);
        Assert.EndsWith("FAILED\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_that_does_not_fit_the_model_is_refused()
    {
        await _run.JsonAsync("train", "--data", "monks-1", "--layers", "3", "--epochs", "1", "--out", "@m.espalier");

        (int code, _, string error) = await _run.RunAsync("eval", "@m.espalier", "--data", "digits");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("the network reads 17", error, StringComparison.Ordinal);
    }
}
