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
