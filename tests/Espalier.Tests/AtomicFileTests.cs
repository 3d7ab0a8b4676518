namespace Espalier.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("espalier").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Combine(_folder, "a.txt");
        AtomicFile.WriteText(path, "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
        AtomicFile.WriteText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_missing_folder_is_one_clear_error()
    {
        EspalierException error = Assert.Throws<EspalierException>(() => AtomicFile.WriteText(Path.Combine(_folder, "no", "a.txt"), ""));
        Assert.Contains("make the folder first", error.Message, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => AtomicFile.WriteText(_folder, ""));
    }

    [Fact]
    public void An_error_names_the_file_and_not_the_temporary_one_beside_it()
    {
        string file = Path.Combine(_folder, new string('a', 300));

        EspalierException error = Assert.Throws<EspalierException>(() => AtomicFile.RequireWritable(file));

        Assert.StartsWith($"{file}: cannot be written (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("); name another file.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error.Message, StringComparison.Ordinal);
    }
}
