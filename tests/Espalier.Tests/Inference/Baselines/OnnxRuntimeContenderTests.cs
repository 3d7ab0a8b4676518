using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Inference.Baselines.OnnxRuntime;
using Espalier.Interchange;
using Espalier.Tests.Interchange;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Inference.Baselines;

public sealed class OnnxRuntimeContenderTests
{
    [OnnxRuntimeFact]
    public void Contender_agrees_with_the_double_reference_on_every_activation()
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load();
        foreach (Activation hidden in Activations.All)
        {
            foreach (Activation last in Activations.All)
            {
                Network network = RandomNetwork.Create(5, 0.6, hidden, last, 37, 40, 19, 6);
                using var contender = new OnnxRuntimeContender(network, library);
                ContenderTests.RequireAgreement(network, contender, 1, 7);
            }
        }
    }

    /// <summary>A model traced with three samples, whose shapes hold that number, still runs one sample at a time.</summary>
    [OnnxRuntimeFact]
    public void Models_of_a_fixed_batch_size_run_one_sample()
    {
        OnnxModels model = new OnnxModels().Input("x", 3, 2, 2).Integers("shape", 3, 4).Floats("w", [4, 1], 1, 10, 100, 1000)
            .Node("Reshape", "x shape -> f").Node("MatMul", "f w -> y");
        OnnxImportResult import = model.Import("y");
        using var contender = OnnxRuntimeContender.OfModel(model.ToBytes("y"), import, OnnxRuntimeLibrary.Load());
        var one = new float[1];
        contender.Predict([1, 2, 3, 4], one);
        var two = new float[2];
        contender.PredictBatch([1, 2, 3, 4, 5, 6, 7, 8], two);

        Assert.Equal(3, Assert.Single(import.Inputs).FixedBatch);
        Assert.Equal([4321f], one);
        Assert.Equal([4321f, 8765], two);
    }

    [OnnxRuntimeFact]
    public void Contender_agrees_on_every_batch_size_and_on_odd_shapes()
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load();
        for (int batch = 1; batch <= 40; batch++)
        {
            Network network = RandomNetwork.Create((ulong)batch, 0.5, Activation.Relu, Activation.Softmax, batch, 71 - batch, 9);
            using var contender = new OnnxRuntimeContender(network, library);
            ContenderTests.RequireAgreement(network, contender, 1, batch, 3);
        }
    }

    [OnnxRuntimeFact]
    public void Contender_agrees_with_the_interpreter_on_graphs_of_every_kind_of_layer()
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load();
        for (int seed = 0; seed < 300; seed++)
        {
            Network network = GraphNetworks.Random(seed);
            if (network.Layers.Any(GraphNetworks.IsDilatedMean)) continue;
            using var contender = new OnnxRuntimeContender(network, library);
            ContenderTests.RequireNearInterpreter(network, contender, samples: 3, $"seed {seed}");
        }
    }

    [OnnxRuntimeFact]
    public void Contender_allocates_no_managed_memory()
    {
        Network network = RandomNetwork.Create(3, 0.5, Activation.Relu, Activation.Softmax, 40, 30, 10);
        using var contender = new OnnxRuntimeContender(network, OnnxRuntimeLibrary.Load());
        ContenderTests.RequireNoAllocation(network, contender);
    }

    [OnnxRuntimeFact]
    public void Refusal_of_a_model_carries_the_words_of_the_library()
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load();
        var error = Assert.Throws<OnnxRuntimeException>(() => library.CreateSession([1, 2, 3]).Dispose());
        Assert.StartsWith($"ONNX Runtime {library.Version}: ", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length > 30, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [OnnxRuntimeFact]
    public void Contenders_that_nobody_disposes_are_released_by_the_collector()
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load();
        for (int i = 0; i < 20; i++) Abandon(library);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        static void Abandon(OnnxRuntimeLibrary library)
        {
            Network network = RandomNetwork.Create(3, 1, Activation.Relu, Activation.Relu, 8, 8);
            var contender = new OnnxRuntimeContender(network, library);
            ContenderTests.RequireAgreement(network, contender, 1, 2);
        }
    }

    [Fact]
    public void Missing_library_is_one_clear_line()
    {
        var error = Assert.Throws<OnnxRuntimeException>(() => OnnxRuntimeLibrary.Load("/no/such/libonnxruntime.so"));
        Assert.Equal(
            "/no/such/libonnxruntime.so: cannot be loaded; set ESPALIER_ONNXRUNTIME to the path of ONNX Runtime's shared library.",
            error.Message);
    }

    [Fact]
    public void Other_library_is_one_clear_line()
    {
        string name = OperatingSystem.IsWindows() ? "System.IO.Compression.Native.dll"
            : OperatingSystem.IsMacOS() ? "libSystem.Native.dylib"
            : "libSystem.Native.so";
        string other = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name);
        var error = Assert.Throws<OnnxRuntimeException>(() => OnnxRuntimeLibrary.Load(other));
        Assert.Contains("is not ONNX Runtime", error.Message, StringComparison.Ordinal);
    }
}
