using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression.Container;

namespace Espalier.Compression;

/// <summary>
/// A network in the fewest bytes (Deep Compression: Han, Mao and Dally 2016): names, shapes, activations, weights, codebooks and biases
/// come out again to the bit. Left out are weights that are stored as zeros, as the model text leaves them out, and the samples, which
/// would take more room than all the rest; give the model new ones by <see cref="Inference.ModelSamples"/>.
/// </summary>
/// <param name="Bytes">The content of a <c>.espz</c> file.</param>
/// <param name="HeaderBits">
/// What is not a layer's: signature, version, length, checksum, name, shape, and the unused bits of the last byte.
/// </param>
/// <param name="Layers">What each layer takes. With <paramref name="HeaderBits"/> their bits are those of the file, to the bit.</param>
public sealed record CompressedModel(byte[] Bytes, long HeaderBits, IReadOnlyList<LayerSize> Layers)
{
    // Larger than any model within the limits, so that a wrong path is told before gigabytes are read.
    private const long MaxFileLength = 1L << 28;

    /// <summary>Compresses <paramref name="network"/>.</summary>
    /// <param name="network">The network; layers with a codebook keep it.</param>
    /// <param name="options">The coding, or null for the smallest.</param>
    /// <exception cref="EspalierException">
    /// The network has a fault or is too large (see <see cref="ModelLimits"/>), or an option is out of its range.
    /// </exception>
    public static CompressedModel Write(Network network, CompressionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        options ??= new CompressionOptions();
        options.Validate();
        return ModelLimits.FindFault(network) is string fault
            ? throw new EspalierException($"Network '{network.Name}' cannot be compressed: {fault}")
            : ContainerWriter.Write(network, options);
    }

    /// <summary>The network in <paramref name="bytes"/>.</summary>
    /// <param name="bytes">A whole compressed model.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="EspalierException">
    /// It is damaged, cut off, of another version, or no compressed model: one line says what and where.
    /// </exception>
    public static Network Read(byte[] bytes, string source = "compressed model")
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return ContainerReader.Read(bytes, source);
    }

    /// <summary>Reads the file at <paramref name="path"/>.</summary>
    /// <exception cref="EspalierException">The file cannot be read, or is not a sound compressed model.</exception>
    public static Network Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new EspalierException($"{path}: is a folder; name an .espz file.");
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileLength and var length })
            {
                throw new EspalierException($"{path}: has {length} bytes; a compressed model has at most {MaxFileLength}.");
            }

            return Read(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReadFault.Of(path, error);
        }
    }

    /// <summary>Writes the file at <paramref name="path"/>, whole or not at all.</summary>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(Bytes));
}
