using System.IO.Compression;

namespace Espalier.Interchange;

/// <summary>
/// Reads and writes archives of arrays of NumPy, <c>.npz</c>: a ZIP file of <c>.npy</c> files, as <c>numpy.savez</c> writes them.
/// </summary>
public static class NpzFile
{
    private const string Extension = ".npy";
    private const long MaxBytes = 1L << 30;

    /// <summary>Reads all arrays, in the archive's order.</summary>
    /// <exception cref="EspalierException">The file cannot be read, is damaged, or holds more than a gigabyte.</exception>
    public static IReadOnlyList<NamedArray> Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(path, InputFile.ReadAllBytes(path, MaxBytes));
    }

    /// <summary>Reads all arrays of an archive's content.</summary>
    /// <exception cref="EspalierException">The content is damaged, or holds more than a gigabyte.</exception>
    public static IReadOnlyList<NamedArray> Parse(string path, byte[] content)
    {
        var arrays = new List<NamedArray>();
        long room = MaxBytes;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content, writable: false));
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                // What the archive says of its lengths is not believed: bytes are counted as they come.
                using Stream stream = entry.Open();
                using var bytes = new MemoryStream();
                var buffer = new byte[1 << 16];
                for (int read; (read = stream.Read(buffer)) > 0; bytes.Write(buffer, 0, read))
                {
                    if ((room -= read) < 0) throw new EspalierException($"{path}: holds more than {MaxBytes:N0} bytes; cut it up.");
                }

                string name = entry.FullName.EndsWith(Extension, StringComparison.Ordinal)
                    ? entry.FullName[..^Extension.Length]
                    : entry.FullName;
                arrays.Add(
                    new NamedArray(name, NpyFile.Parse($"{path}({entry.FullName})", bytes.GetBuffer().AsSpan(0, (int)bytes.Length))));
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            throw new EspalierException($"{path}: not a .npz file, or a damaged one; write one with numpy.savez.", error);
        }

        return arrays;
    }

    /// <summary>Writes arrays, whole or not at all.</summary>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<NamedArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (NamedArray one in arrays)
            {
                // A fixed time, so that the same arrays make the same bytes; the format's first day.
                ZipArchiveEntry entry = archive.CreateEntry(one.Name + Extension, CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream file = entry.Open();
                file.Write(NpyFile.ToBytes(one.Array));
            }
        });
    }
}
