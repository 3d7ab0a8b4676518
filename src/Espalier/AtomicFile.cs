namespace Espalier;

/// <summary>Writes files whole or not at all: to a temporary neighbour first, which then takes the file's name.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a file through <paramref name="write"/>; when that throws, whatever stood at <paramref name="path"/> is untouched.
    /// </summary>
    /// <exception cref="EspalierException">The folder is missing, the disk is full, or the file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string temporary = TemporaryFor(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, error);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>
    /// Checks that a file can be written, so that hours of work do not end in a wrong path. Whatever stands there stays untouched.
    /// </summary>
    /// <exception cref="EspalierException">The folder is missing or not writable, or <paramref name="path"/> is a folder.</exception>
    public static void RequireWritable(string path)
    {
        string temporary = TemporaryFor(path);
        try
        {
            File.Create(temporary).Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, error);
        }

        File.Delete(temporary);
    }

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte-order mark.</summary>
    /// <exception cref="EspalierException">The folder is missing, the disk is full, or the file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    private static string TemporaryEnd => $".{Environment.ProcessId}.tmp";

    private static string TemporaryFor(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new EspalierException($"{path}: is a folder; name a file.");
        return full + TemporaryEnd;
    }

    // What the system says of the temporary neighbour is no concern of whoever named the file.
    private static EspalierException CannotWrite(string path, Exception error) => new(
        error is FileNotFoundException or DirectoryNotFoundException
            ? $"{path}: cannot be written; make the folder first or name another file."
            : $"{path}: cannot be written ({error.Message.Replace(TemporaryEnd, "", StringComparison.Ordinal).TrimEnd('.')}); "
                + "name another file.",
        error);
}
