using System.IO.Compression;
using System.Text.Json;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Interchange.Import;
using Espalier.Interchange.Onnx;
using Espalier.Tests.Data;

namespace Espalier.Tests.Interchange;

/// <summary>A model of the data folder with inputs and the outputs that it should yield.</summary>
internal sealed class OnnxCase
{
    private const int RelativeScale = 100_000;

    private OnnxCase(string name, string file, TestTensor[] inputs, TestTensor[] outputs) =>
        (Name, File, Inputs, Outputs) = (name, file, inputs, outputs);

    /// <summary>The folder's name, "node/test_add".</summary>
    public string Name { get; }

    public string File { get; }

    public TestTensor[] Inputs { get; }

    public TestTensor[] Outputs { get; }

    /// <summary>All models of the data folder.</summary>
    public static IEnumerable<OnnxCase> All()
    {
        string root = Path.Combine(TestData.Folder!, "onnx");
        foreach (string kind in (string[])["node", "pytorch-converted", "pytorch-operator"])
        {
            foreach (string folder in Directory.GetDirectories(Path.Combine(root, kind)).Order(StringComparer.Ordinal))
            {
                string data = Path.Combine(folder, "test_data_set_0");
                string file = Path.Combine(folder, "model.onnx");
                yield return new OnnxCase(
                    $"{kind}/{Path.GetFileName(folder)}", file, Named(Tensors(data, "input"), file), Tensors(data, "output"));
            }
        }

        using JsonDocument expected = JsonDocument.Parse(
            System.IO.File.ReadAllText(Path.Combine(root, "models", "reference-outputs.json")));
        foreach (JsonProperty model in expected.RootElement.EnumerateObject())
        {
            string folder = Path.Combine(root, "models", model.Name);
            TestTensor[] outputs = [.. model.Value.GetProperty("outputs").EnumerateArray().Select(output => new TestTensor(
                output.GetProperty("name").GetString()!.Split(' ')[0],
                [.. output.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32())],
                [.. output.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())]))];
            string file = Directory.GetFiles(folder, "*.onnx").Single();
            yield return new OnnxCase($"models/{model.Name}", file, ReadInputs(folder, file, model.Value), outputs);
        }

        string keras = Path.Combine(root, "models", "tf2onnx-1.13-mlp");
        yield return new OnnxCase(
            "models/tf2onnx-1.13-mlp", Path.Combine(keras, "example.onnx"),
            [FromArchive(keras, "input", "main_input_input")], [FromArchive(keras, "output", "dense_1")]);
    }

    /// <summary>
    /// Imports the model: with all inputs, or if that cannot be with those fixed that a backend test gives besides the first, its weights.
    /// </summary>
    public OnnxImportResult Import()
    {
        try
        {
            return OnnxImport.Load(File);
        }
        catch (EspalierException) when (Inputs.Length > 1)
        {
            return OnnxImport.Load(File, new OnnxImportOptions
            {
                FixedInputs = Inputs.Skip(1).ToDictionary(input => input.Name, input => new NpyArray(input.Dims, input.Values)),
            });
        }
    }

    /// <summary>What is wrong with what <paramref name="predict"/> computes; null when it is as expected.</summary>
    public string? FindFault(OnnxImportResult model, OnnxRun.Predictor predict)
    {
        float[][] found = OnnxRun.Outputs(model, Inputs.ToDictionary(input => input.Name), predict);
        for (int o = 0; o < found.Length; o++)
        {
            TestTensor expected = Outputs.Single(output => output.Name == model.Outputs[o].Name || Outputs.Length == 1);
            if (found[o].Length != expected.Values.Length) return $"yields {found[o].Length} values instead of {expected.Values.Length}";
            float largest = expected.Values.Max(Math.Abs);
            for (int i = 0; i < found[o].Length; i++)
            {
                float allowed = Math.Max(Math.Abs(expected.Values[i]), largest / 10) / RelativeScale;
                bool isNear = found[o][i] == expected.Values[i] || Math.Abs(found[o][i] - expected.Values[i]) <= allowed;
                if (!isNear) return $"yields {found[o][i]} instead of {expected.Values[i]} at {i}";
            }
        }

        return null;
    }

    private static TestTensor[] Tensors(string folder, string kind)
    {
        var reader = new TensorReader(null);
        var tensors = new List<TestTensor>();
        for (int i = 0; System.IO.File.Exists(Path.Combine(folder, $"{kind}_{i}.pb")); i++)
        {
            TensorProto proto = TensorProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(Path.Combine(folder, $"{kind}_{i}.pb")));
            ConstantTensor tensor = reader.Read(proto);
            tensors.Add(new TestTensor(proto.Name, tensor.Dims, Array.ConvertAll(tensor.Values, value => (float)value)));
        }

        return [.. tensors];
    }

    /// <summary>The tensors under the names of the model's inputs that they belong to: their own are missing in old tests.</summary>
    private static TestTensor[] Named(TestTensor[] tensors, string file) =>
        [.. tensors.Zip(InputsOf(file), (tensor, input) => tensor with { Name = input.Name })];

    private static IEnumerable<ValueInfoProto> InputsOf(string file)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(file));
        var initialized = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        return model.Graph.Input.Where(input => !initialized.Contains(input.Name));
    }

    private static TestTensor FromArchive(string folder, string entry, string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(folder, "io.npz"));
        using Stream stream = archive.GetEntry(entry + ".npy")!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        NpyArray array = NpyFile.Parse(entry, bytes.ToArray());
        return new TestTensor(name, [.. array.Shape], array.Values);
    }

    private static TestTensor[] ReadInputs(string folder, string file, JsonElement reference)
    {
        string words = reference.GetProperty("input").GetString()!;
        return [.. InputsOf(file).Select(input =>
        {
            int[] dims = [.. input.Type.TensorType.Shape.Dim.Select(dim => dim.DimValue > 0 ? (int)dim.DimValue : 1)];
            int count = dims.Aggregate(1, (a, b) => a * b);
            float[] values = words switch
            {
                "input_data of input.json" => JsonInput(Path.Combine(folder, "input.json")),
                _ when words.StartsWith("first MNIST test image, zero-padded by 2", StringComparison.Ordinal) =>
                    Padded(Pixels(p => p / 255f)),
                "first MNIST test image, (p/255-0.1307)/0.3081" => Pixels(p => (p / 255f - 0.1307f) / 0.3081f),
                "first MNIST test image, p/127.5-1" => Pixels(p => p / 127.5f - 1),
                "first MNIST test image, p/255" => Pixels(p => p / 255f),
                _ when words.StartsWith("element number i", StringComparison.Ordinal) =>
                    [.. Enumerable.Range(0, count).Select(i => (i % 11 - 5) / 4f)],
                "the rows given here" =>
                    [.. reference.GetProperty("inputs")[0].GetProperty("values").EnumerateArray().Select(value => value.GetSingle())],
                _ => throw new NotSupportedException($"{folder}: input '{words}'"),
            };
            if (count < values.Length) dims[0] = values.Length / count;
            return new TestTensor(input.Name, dims, values);
        })];
    }

    private static float[] JsonInput(string path)
    {
        using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("input_data")[0].EnumerateArray().Select(value => value.GetSingle())];
    }

    private static float[] Pixels(Func<float, float> convert)
    {
        byte[] bytes = IdxReader.Read(Path.Combine(TestData.Folder!, "mnist", "t10k-images-idx3-ubyte.gz")).Bytes;
        return [.. bytes.Take(784).Select(pixel => convert(pixel))];
    }

    private static float[] Padded(float[] image) =>
        [.. Enumerable.Range(0, 32 * 32).Select(
            i => (i / 32 - 2, i % 32 - 2) is ( >= 0 and < 28 and var y, >= 0 and < 28 and var x) ? image[y * 28 + x] : 0)];
}
