using System.Text;
using Espalier.Interchange;
using Espalier.Tests.Data;

namespace Espalier.Tests.Interchange;

public sealed class NpyFileTests
{
    private const string Weights = "weights/lobs-lenet-300-100/";

    [Fact]
    public void What_is_written_is_read_and_written_to_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (int[] shape in (int[][])[[], [5], [3, 4], [2, 0], [2, 3, 4]])
        {
            float[] values = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i / 3f - 1)];
            string path = Path.Combine(folder.Path, "a.npy");
            NpyFile.Save(path, new NpyArray(shape, values));
            NpyArray array = NpyFile.Load(path);
            Assert.Equal(shape, array.Shape);
            Assert.Equal(values, array.Values);
            byte[] bytes = File.ReadAllBytes(path);
            Assert.Equal(0, (bytes.Length - 4 * values.Length) % 64);
            NpyFile.Save(path, array);
            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
    }

    [DataFact(Weights + "original_parameters/b_layer3.npy")]
    public void NumPys_own_bytes_come_out()
    {
        // Headers may differ in length: how far they are padded is the writer's choice.
        string path = Path.Combine(TestData.Folder!, Weights, "original_parameters/b_layer3.npy");
        NpyArray array = NpyFile.Load(path);
        Assert.Equal([10], array.Shape);
        using var folder = new TemporaryFolder();
        string copy = Path.Combine(folder.Path, "b.npy");
        NpyFile.Save(copy, array);
        Assert.Equal(File.ReadAllBytes(path)[^40..], File.ReadAllBytes(copy)[^40..]);
    }

    [DataFact(Weights + "pruned_parameters/fc1/weights.npy", Weights + "pruned_parameters/fc2/weights.npy")]
    public void Published_weights_have_their_known_numbers_of_zeros()
    {
        NpyArray first = NpyFile.Load(Path.Combine(TestData.Folder!, Weights, "pruned_parameters/fc1/weights.npy"));
        NpyArray second = NpyFile.Load(Path.Combine(TestData.Folder!, Weights, "pruned_parameters/fc2/weights.npy"));
        Assert.Equal([784, 300], first.Shape);
        Assert.Equal((47174, 6100), (first.Values.Count(value => value != 0), second.Values.Count(value => value != 0)));
        NpyArray transposed = first.Transpose();
        Assert.Equal([300, 784], transposed.Shape);
        Assert.Equal(first.Values[5 * 300 + 7], transposed.Values[7 * 784 + 5]);
        Assert.Equal(first.Values, transposed.Transpose().Values);
    }

    [Theory]
    [InlineData("<f8", "0000000000000440")]
    [InlineData("<f4", "00002040")]
    [InlineData("<i8", "0200000000000000")]
    [InlineData("<i4", "feffffff")]
    [InlineData("<i2", "0080")]
    [InlineData("|i1", "ff")]
    [InlineData("|u1", "ff")]
    public void Little_endian_numbers_of_all_widths_are_read(string type, string hex)
    {
        float expected = type switch { "<f8" or "<f4" => 2.5f, "<i8" => 2, "<i4" => -2, "<i2" => -32768, "|i1" => -1, _ => 255 };
        byte[] content = Content($"{{'descr': '{type}', 'fortran_order': False, 'shape': (1,), }}", hex);
        Assert.Equal([expected], NpyFile.Parse("a.npy", content).Values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_versions_of_the_header_are_read(byte version) => Assert.Equal([2.5f], NpyFile.Parse("a.npy",
        Content("{'shape': (1, 1), 'descr': '<f4', 'fortran_order': False}", "00002040", version)).Values);

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "00002040", "type >f4")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "00002040", "type |O")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "00002040", "Fortran")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "00002040", "ends within")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "0000204000", "1 bytes follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "", "'shape'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1", "00002040", "'shape'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", "00002040", "'shape'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "00002040", "type")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999), }", "00002040", "more than")]
    [InlineData("nonsense", "00002040", "'descr'")]
    public void Whatever_else_is_refused_in_one_line(string header, string hex, string word)
    {
        string message = Assert.Throws<EspalierException>(() => NpyFile.Parse("a.npy", Content(header, hex))).Message;
        Assert.StartsWith("a.npy: ", message, StringComparison.Ordinal);
        Assert.Contains(word, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Damaged_and_missing_files_are_refused_in_one_line()
    {
        byte[] good = Content("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "000020400000204000002040");
        NpyFile.Parse("a.npy", good);
        for (int length = 0; length < good.Length; length++)
        {
            Assert.Throws<EspalierException>(() => NpyFile.Parse("a.npy", good.AsSpan(0, length)));
        }

        good[6] = 9;
        string message = Assert.Throws<EspalierException>(() => NpyFile.Parse("a.npy", good)).Message;
        Assert.Contains("version 9", message, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => NpyFile.Load("/no/such/file.npy"));
        Assert.Throws<ArgumentException>(() => new NpyArray([2, 2], [1, 2, 3]));
    }

    private static byte[] Content(string header, string hex, byte version = 1)
    {
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.UTF8.GetBytes(header), .. Convert.FromHexString(hex)];
    }
}
