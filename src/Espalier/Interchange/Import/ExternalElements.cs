using System.Globalization;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>
/// Elements of tensors that stand in files beside the model. A model is data from a stranger: only files within its own folder are read,
/// links out of it are not followed, and no more bytes than there are.
/// </summary>
internal sealed class ExternalElements(string? folder)
{
    private const long MaxBytes = 1L << 30;

    /// <summary>The bytes of a tensor's elements.</summary>
    /// <exception cref="EspalierException">There is no such file in the folder, or it is too short.</exception>
    public byte[] Read(TensorProto tensor, string name)
    {
        string location = Entry(tensor, "location")
            ?? throw new EspalierException($"{name} stands in another file, which it does not name.");
        if (folder is null)
        {
            throw new EspalierException($"{name} stands in the file '{location}'; read the model from its file, not from bytes.");
        }

        string path = Confined(folder, location) ?? throw new EspalierException(
            $"{name} stands in '{location}', outside the model's folder; copy that file beside the model and name it without a path.");
        try
        {
            using FileStream file = File.OpenRead(path);
            long offset = Number(tensor, "offset") ?? 0, length = Number(tensor, "length") ?? Math.Max(0, file.Length - offset);
            if (offset < 0 || length < 0 || length > MaxBytes || offset > file.Length - length)
            {
                throw new EspalierException($"{name} needs {length} bytes from byte {offset} of '{location}', which has {file.Length}.");
            }

            file.Position = offset;
            var bytes = new byte[length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EspalierException($"{name} stands in '{location}', which cannot be read ({error.Message}).", error);
        }
    }

    /// <summary>The full path of a file within <paramref name="folder"/>; null when the location leads out of it.</summary>
    private static string? Confined(string folder, string location)
    {
        if (location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location) || location.Contains('\\')
            || location.Contains(':'))
        {
            return null;
        }

        string root = Path.GetFullPath(folder), path = root;
        foreach (string part in location.Split('/'))
        {
            if (part == "..") return null;
            path = Path.Combine(path, part);

            // A link, also one in the middle of the path, may lead anywhere.
            var entry = new FileInfo(path);
            if (entry.LinkTarget is not null || new DirectoryInfo(path).LinkTarget is not null) return null;
        }

        return path;
    }

    private static string? Entry(TensorProto tensor, string key)
    {
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            if (entry.Key == key) return entry.Value;
        }

        return null;
    }

    private static long? Number(TensorProto tensor, string key) =>
        Entry(tensor, key) is not string text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw new EspalierException($"tensor '{tensor.Name}' has the {key} '{text}', which is no number.");
}
