using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Interchange;

namespace Espalier.Cli.Tests;

public sealed class ImportVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    [Fact]
    public async Task A_model_goes_out_as_onnx_and_comes_back()
    {
        Save(4, 3, 2);
        JsonElement exported = await _run.JsonAsync("export", "@m.espalier", "-o", "@m.onnx");
        Assert.Equal("onnx", exported.GetProperty("format").GetString());
        JsonElement imported = await _run.JsonAsync("import", "@m.onnx", "-o", "@back.espalier");
        Assert.Equal(("back", 18), (imported.GetProperty("network").GetString(), imported.GetProperty("weights").GetInt32()));
        Assert.Equal(2, imported.GetProperty("layers").GetArrayLength());
        Assert.Equal(ModelFile.Load(_run.PathOf("m.espalier")).Layers, ModelFile.Load(_run.PathOf("back.espalier")).Layers);
    }

    [Theory]
    [InlineData("w.safetensors")]
    [InlineData("w.npz")]
    [InlineData("folder")]
    public async Task Weights_go_out_and_come_back_into_layers(string file)
    {
        Save(4, 3, 2);
        await _run.JsonAsync("export", "@m.espalier", "-o", "@" + file);
        string[] files = file == "folder"
            ? ["@folder/dense_0.weight.npy", "@folder/dense_0.bias.npy", "@folder/dense_1.weight.npy", "@folder/dense_1.bias.npy"]
            : ["@" + file];
        await _run.JsonAsync(["import", .. files, "--input", "4", "--layers", "3/tanh,2/softmax", "-o", "@back.espalier"]);

        Network back = ModelFile.Load(_run.PathOf("back.espalier")), sent = ModelFile.Load(_run.PathOf("m.espalier"));
        Assert.Equal(
            sent.Layers.Cast<DenseLayer>().Select(layer => layer.Weights), back.Layers.Cast<DenseLayer>().Select(layer => layer.Weights));
        Assert.Equal([Activation.Tanh, Activation.Softmax], back.Layers.Select(layer => layer.Activation));
    }

    [Fact]
    public async Task Bad_requests_get_one_line_and_exit_code_2()
    {
        Save(4, 3, 2);
        await _run.JsonAsync("export", "@m.espalier", "-o", "@m.onnx");
        await _run.JsonAsync("export", "@m.espalier", "-o", "@m.npz");
        await File.WriteAllTextAsync(_run.PathOf("bad.onnx"), "no model");
        string[][] requests =
        [
            ["import", "@bad.onnx"], ["import", "@absent.onnx"], ["import", "@m.onnx", "--output", "absent"],
            ["import", "@m.onnx", "--keras"],
            ["import", "@m.npz"], ["import", "@m.npz", "--input", "5", "--layers", "3,2"],
            ["import", "@m.npz", "--input", "x", "--layers", "3,2"],
            ["import", "@m.espalier"], ["import", "@m.onnx", "--fix", "input"], ["export", "@m.espalier", "-o", "@m.pth"],
            ["export", "@m.onnx", "-o", "@n.onnx"],
        ];
        foreach (string[] request in requests)
        {
            (int code, string output, string error) = await _run.RunAsync(request);
            Assert.Equal((ExitCode.BadInput, ""), (code, output));
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }
    }

    public void Dispose() => _run.Dispose();

    private void Save(params int[] sizes)
    {
        var random = new Random(1);
        Layer[] layers = [.. sizes.Zip(sizes.Skip(1)).Select((pair, i) => new DenseLayer(
            $"dense_{i}", SparseMatrix.FromDense(pair.Second, pair.First, Numbers(pair.First * pair.Second)),
            new FloatVector(Numbers(pair.Second)),
            i == 0 ? Activation.Tanh : Activation.Softmax))];
        ModelFile.Save(_run.PathOf("m.espalier"), new Network("m", Shape.Flat(sizes[0]), new EquatableArray<Layer>(layers), default));

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() + 0.5f)];
    }
}
