using System.Text;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Interchange;

/// <summary>Loads and saves networks as <c>.espalier</c> files.</summary>
public static class ModelFile
{
    private const int BufferLength = 1 << 16;

    /// <summary>Reads the network in the file at <paramref name="path"/>.</summary>
    /// <exception cref="EspalierException">The file cannot be read, or its text is wrong: "path(line,column): message".</exception>
    public static Network Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelReadResult result = Read(path);
        if (result.Network is Network network) return network;
        ModelError error = result.Error!;
        throw new EspalierException($"{path}({error.Line},{error.Column}): {error.Message}");
    }

    /// <summary>Writes <paramref name="network"/> to the file at <paramref name="path"/>, whole or not at all.</summary>
    /// <exception cref="ArgumentException">The network has no spelling: see <see cref="ModelLimits.FindFault"/>.</exception>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Save(string path, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, Encoding.ASCII, BufferLength, leaveOpen: true);
            ModelWriter.Write(network, writer);
        });
    }

    private static ModelReadResult Read(string path)
    {
        if (Directory.Exists(path)) throw new EspalierException($"{path}: is a folder; name an .espalier file.");
        try
        {
            // No detection of byte-order marks: a model file has none, and the reader says so.
            using var reader = new StreamReader(path, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false, BufferLength);
            return ModelReader.Read(reader);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReadFault.Of(path, error);
        }
    }
}
