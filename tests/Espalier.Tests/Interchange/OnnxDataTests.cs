using System.Text;
using Espalier.Inference;
using Espalier.Interchange;
using Espalier.Tests.Data;

namespace Espalier.Tests.Interchange;

/// <summary>ONNX's own backend tests, and whole models that other tools exported.</summary>
public sealed class OnnxDataTests
{
    private const string Table = "Interchange/onnx-not-imported.txt";

    [DataFact("onnx/models/reference-outputs.json")]
    public void Every_model_computes_what_it_should_or_is_listed_with_the_reason()
    {
        var found = new StringBuilder();
        int passed = 0;
        foreach (OnnxCase one in OnnxCase.All())
        {
            if (FindFault(one) is string fault) found.Append(one.Name).Append(" | ").Append(fault).Append('\n');
            else passed++;
        }

        string listed = File.ReadAllText(Path.Combine(RepositoryFolder.Path!, "tests", "Espalier.Tests", Table));
        Assert.Equal(listed, found.ToString());
        Assert.True(passed > 60, $"Only {passed} models pass.");
    }

    /// <summary>Three samples each of small models that PyTorch 1.13 exported, and what PyTorch computed.</summary>
    [Theory]
    [InlineData("conv1d_9", "Convolution Pooling Pooling Dense")]
    [InlineData("seq_11", "BatchNormalization Dense BatchNormalization Dense Concatenation Dense")]
    [InlineData("dw_13", "Convolution BatchNormalization BatchNormalization BatchNormalization Addition Pooling Convolution Dense")]
    [InlineData("hardswish_17", "Dense Dense")]
    [InlineData("convgelu_17", "Convolution Dense Dense Dense Addition Dense Dense Addition Concatenation Dense")]
    public void Models_of_pytorch_compute_what_pytorch_does(string name, string layers)
    {
        string file = Path.Combine(RepositoryFolder.Path!, "tests", "Espalier.Tests", "Interchange", "Models", name + ".onnx");
        OnnxImportResult model = OnnxImport.Load(file);
        NpyArray input = NpyFile.Load(file + ".in.npy"), expected = NpyFile.Load(file + ".out.npy");
        var inputs = new Dictionary<string, TestTensor> { ["x"] = new("x", [.. input.Shape], input.Values) };

        Assert.Equal(layers,
            string.Join(' ', model.Network.Layers.Select(layer => layer.GetType().Name.Replace("Layer", "", StringComparison.Ordinal))));
        using CompiledNetwork compiled = CompiledNetwork.Compile(model.Network);
        foreach (OnnxRun.Predictor predict in (OnnxRun.Predictor[])[OnnxRun.Interpreter(model.Network), compiled.Predict])
        {
            float[] found = OnnxRun.Outputs(model, inputs, predict).Single();
            Assert.Equal(expected.Values, found, (a, b) => Math.Abs(a - b) <= 1e-6f * (1 + Math.Abs(a)));
        }
    }

    private static string? FindFault(OnnxCase one)
    {
        OnnxImportResult model;
        try
        {
            model = one.Import();
        }
        catch (EspalierException error)
        {
            Assert.DoesNotContain('\n', error.Message);
            return error.Message[(one.File.Length + 2)..];
        }

        if (one.FindFault(model, OnnxRun.Interpreter(model.Network)) is string fault) return fault;
        using CompiledNetwork compiled = CompiledNetwork.Compile(model.Network);
        return one.FindFault(model, compiled.Predict) is string other ? $"compiled, it {other}" : null;
    }
}
