namespace Espalier.Interchange;

/// <summary>Reads files that a user names.</summary>
internal static class InputFile
{
    /// <summary>All bytes of the file at <paramref name="path"/>.</summary>
    /// <exception cref="EspalierException">It cannot be read, or is larger than <paramref name="maxBytes"/>.</exception>
    public static byte[] ReadAllBytes(string path, long maxBytes)
    {
        if (Directory.Exists(path)) throw new EspalierException($"{path}: is a folder; name a file.");
        try
        {
            long length = new FileInfo(path).Length;
            if (length > maxBytes) throw new EspalierException($"{path}: has {length:N0} bytes; {maxBytes:N0} are the most that are read.");
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReadFault.Of(path, error);
        }
    }
}
