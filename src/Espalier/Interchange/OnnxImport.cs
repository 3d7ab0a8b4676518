using Espalier.Interchange.Import;
using Espalier.Interchange.Onnx;
using Google.Protobuf;

namespace Espalier.Interchange;

/// <summary>
/// Reads ONNX models (operator sets 6 to 25) as networks: what PyTorch, Keras and scikit-learn export of multi-layer perceptrons and
/// convolutional networks. Constants are folded; transpositions and reshapes vanish into the weights of the layers that read them.
/// </summary>
/// <remarks>
/// A model is data from a stranger: sizes are bounded before anything is allocated, and of other files only those in the model's own folder
/// are read.
/// </remarks>
public static class OnnxImport
{
    private const long MaxBytes = 1L << 30;

    /// <summary>Reads the model in the file at <paramref name="path"/>.</summary>
    /// <exception cref="EspalierException">
    /// The file cannot be read, is no ONNX model, or has a node that no layer computes: one line that names the node, its operator and what
    /// is needed.
    /// </exception>
    public static OnnxImportResult Load(string path, OnnxImportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes = InputFile.ReadAllBytes(path, MaxBytes);
        options ??= new OnnxImportOptions();
        return Parse(bytes, path, Path.GetDirectoryName(Path.GetFullPath(path)),
            options with { Name = options.Name ?? Path.GetFileNameWithoutExtension(path) });
    }

    /// <summary>Reads a model from its bytes. Elements of tensors in other files are not found then.</summary>
    /// <param name="bytes">What a <c>.onnx</c> file holds.</param>
    /// <param name="options">What the model does not say.</param>
    /// <exception cref="EspalierException">As <see cref="Load"/>.</exception>
    public static OnnxImportResult Parse(byte[] bytes, OnnxImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return Parse(bytes, "ONNX model", null, options ?? new OnnxImportOptions());
    }

    /// <summary>Reads one tensor from a file that holds nothing else, as ONNX's backend tests have them (<c>input_0.pb</c>).</summary>
    /// <exception cref="EspalierException">The file cannot be read, or holds something else.</exception>
    public static NpyArray LoadTensor(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            ConstantTensor tensor = new TensorReader(null).Read(TensorProto.Parser.ParseFrom(InputFile.ReadAllBytes(path, MaxBytes)));
            return new NpyArray(tensor.Dims, Array.ConvertAll(tensor.Values, value => (float)value));
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new EspalierException($"{path}: is no ONNX tensor, or a damaged one ({OneLine(error.Message)})", error);
        }
    }

    private static OnnxImportResult Parse(byte[] bytes, string what, string? folder, OnnxImportOptions options)
    {
        try
        {
            ModelProto model = ModelProto.Parser.ParseFrom(bytes);
            if (model.Graph is null || model.Graph.Node.Count == 0) throw new EspalierException("holds no graph; it is no ONNX model.");
            return new GraphImport(model, new TensorReader(folder), options).Run();
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new EspalierException($"{what}: is no ONNX model, or a damaged one ({OneLine(error.Message)})", error);
        }
        catch (EspalierException error)
        {
            throw new EspalierException($"{what}: {OneLine(error.Message)}", error);
        }
    }

    /// <summary>Names in a model may hold anything; a message is one line.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
