using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Interchange;

namespace Espalier.Tests.Interchange;

public sealed class ModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("espalier-model-").FullName;

    private static Network Small => new(
        "tiny",
        Shape.Flat(2),
        new EquatableArray<Layer>([new DenseLayer("one", SparseMatrix.FromDense(1, 2, [1, 0]), new FloatVector([-0f]), Activation.Relu)]),
        new EquatableArray<Sample>([Sample.FromDense([1, 0], [1])]));

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_saved_network_loads_equal_and_is_the_canonical_text()
    {
        string path = Path("tiny.espalier");

        ModelFile.Save(path, Small);

        Assert.Equal(Small, ModelFile.Load(path));
        Assert.Equal(ModelWriter.ToText(Small), File.ReadAllText(path));
        Assert.Equal((byte)'e', File.ReadAllBytes(path)[0]);
    }

    [Fact]
    public void A_bad_file_is_refused_with_path_line_and_column()
    {
        string path = Path("bad.espalier");
        File.WriteAllText(path, "espalier 2\n");

        var error = Assert.Throws<EspalierException>(() => ModelFile.Load(path));

        Assert.StartsWith($"{path}(1,10): The file has format version 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_named()
    {
        string path = Path("mark.espalier");
        File.WriteAllText(path, ModelWriter.ToText(Small), System.Text.Encoding.UTF8);

        var error = Assert.Throws<EspalierException>(() => ModelFile.Load(path));

        Assert.StartsWith($"{path}(1,1): ", error.Message, StringComparison.Ordinal);
        Assert.Contains("byte-order mark", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x00)]
    [InlineData(0xC3)]
    public void Bytes_that_are_no_text_are_refused_where_they_stand(byte foreign)
    {
        string path = Path("binary.espalier");
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(ModelWriter.ToText(Small));
        bytes[9] = foreign;
        File.WriteAllBytes(path, bytes);

        var error = Assert.Throws<EspalierException>(() => ModelFile.Load(path));

        Assert.StartsWith($"{path}(1,10): ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused_in_one_line()
    {
        var missing = Assert.Throws<EspalierException>(() => ModelFile.Load(Path("missing.espalier")));
        var folder = Assert.Throws<EspalierException>(() => ModelFile.Load(_folder));

        Assert.Equal($"{Path("missing.espalier")}: there is no such file.", missing.Message);
        Assert.Equal($"{_folder}: is a folder; name an .espalier file.", folder.Message);
    }

    [Fact]
    public void A_network_that_cannot_be_written_leaves_the_old_file_alone()
    {
        string path = Path("kept.espalier");
        ModelFile.Save(path, Small);

        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, Small with { Name = "a b" }));

        Assert.Equal(Small, ModelFile.Load(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }
}
