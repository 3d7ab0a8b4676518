using System.Buffers.Binary;
using Espalier.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Espalier.Tests.Data;

public sealed class IdxReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_array_of_bytes_comes_back_as_written_plain_and_gzip()
    {
        Gen<int[]> shapes = Gen.Choose(1, 4).SelectMany(rank => Gen.Choose(1, 7).ArrayOf(rank));
        Gen<(int[], byte[])> arrays = shapes.SelectMany(shape =>
            Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(shape.Aggregate(1, (a, b) => a * b)).Select(bytes => (shape, bytes)));
        Prop.ForAll(Arb.From(arrays), array =>
        {
            byte[] file = IdxBytes.Write(0x08, array.Item1, array.Item2);
            foreach (byte[] content in (byte[][])[file, IdxBytes.Gzip(file)])
            {
                IdxArray read = IdxReader.Read(_folder.Write("array", content));
                Assert.Equal(array.Item1, read.Dimensions);
                Assert.Equal(array.Item2, read.Bytes);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0x08, new byte[] { 0, 200, 255 }, new double[] { 0, 200, 255 })]
    [InlineData(0x09, new byte[] { 0, 200, 255 }, new double[] { 0, -56, -1 })]
    [InlineData(0x0B, new byte[] { 1, 2, 0xFF, 0xFE }, new double[] { 258, -2 })]
    [InlineData(0x0C, new byte[] { 0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF }, new double[] { 65536, -1 })]
    [InlineData(0x0D, new byte[] { 0x3F, 0xC0, 0, 0, 0xC0, 0, 0, 0 }, new[] { 1.5, -2 })]
    [InlineData(0x0E, new byte[] { 0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A }, new[] { 0.1 })]
    public void Every_element_type_is_read_big_endian(int type, byte[] elements, double[] values)
    {
        IdxArray array = IdxReader.Read(_folder.Write("array", IdxBytes.Write(type, [values.Length], elements)));
        Assert.Equal(values.Length, array.Count);
        Assert.Equal(values, Enumerable.Range(0, values.Length).Select(i => array[i]));
    }

    [Theory]
    [InlineData(new byte[] { }, 0, "the file ends within the 4 bytes of the IDX magic number.")]
    [InlineData(new byte[] { 0, 0, 8 }, 3, "the file ends within the 4 bytes of the IDX magic number.")]
    [InlineData(new byte[] { 7, 0, 8, 1, 0, 0, 0, 1, 9 }, 0, "an IDX file begins with two zero bytes, this one with 07 00.")]
    [InlineData(new byte[] { 0, 7, 8, 1, 0, 0, 0, 1, 9 }, 1, "an IDX file begins with two zero bytes, this one with 00 07.")]
    [InlineData(new byte[] { 0, 0, 0x0A, 1, 0, 0, 0, 1, 9 }, 2,
        "element type 0x0A is none of 08 (unsigned byte), 09 (signed byte), 0B (int16), 0C (int32), 0D (float), 0E (double).")]
    [InlineData(new byte[] { 0, 0, 8, 0 }, 3, "0 dimensions; 1 to 8 are read.")]
    [InlineData(new byte[] { 0, 0, 8, 9, 1 }, 3, "9 dimensions; 1 to 8 are read.")]
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0 }, 9, "the file ends within the 2 extents of its header.")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 }, 4, "extent 0 of dimension 1; 1 to 2147483647 make sense.")]
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0x80, 0, 0, 0 }, 8, "extent 2147483648 of dimension 2; 1 to 2147483647 make sense.")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 5, 6 }, 10, "the file ends after 2 of the 3 bytes that 3 elements of 1 bytes need.")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 2, 5, 6, 7 }, 10, "more bytes follow the 2 elements; the header or the file is wrong.")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0x10, 0, 0, 5 }, 4, "1048576 elements of 1 bytes cannot be in a file as short as this one.")]
    public void Bad_file_is_reported_with_its_byte(byte[] content, int offset, string message)
    {
        string path = _folder.Write("bad", content);
        var error = Assert.Throws<EspalierException>(() => IdxReader.Read(path));
        Assert.Equal($"{path}: byte {offset}: {message}", error.Message);
    }

    [Fact]
    public void Bytes_missing_from_or_after_gzip_content_are_reported_by_their_place_in_it()
    {
        string shorter = _folder.Write("short.gz", IdxBytes.Gzip(IdxBytes.Write(8, [3], [1, 2])));
        Assert.StartsWith($"{shorter}: byte 10 of the unpacked content: the file ends after 2 of",
            Assert.Throws<EspalierException>(() => IdxReader.Read(shorter)).Message, StringComparison.Ordinal);
        string longer = _folder.Write("long.gz", IdxBytes.Gzip(IdxBytes.Write(8, [3], [1, 2, 3, 4])));
        Assert.StartsWith($"{longer}: byte 11 of the unpacked content: more bytes follow",
            Assert.Throws<EspalierException>(() => IdxReader.Read(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Extents_whose_product_overflows_are_refused()
    {
        string path = _folder.Write("huge", IdxBytes.Write(0x0E, [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue], []));
        string message = Assert.Throws<EspalierException>(() => IdxReader.Read(path)).Message;
        Assert.Contains("byte 4", message, StringComparison.Ordinal);
        Assert.Contains("more than the 1073741824 bytes that are read at most", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lying_header_and_gzip_bomb_take_no_more_memory_than_the_bytes_that_arrive()
    {
        // 100 MB of promised elements, of which none are there; the packed noise makes the file long enough for the promise.
        var noise = new byte[150_000];
        new Random(1).NextBytes(noise);
        byte[] lie = IdxBytes.Write(8, [100_000_000], noise);
        string lying = _folder.Write("lie.gz", IdxBytes.Gzip(lie));
        Assert.InRange(Allocated(() => Assert.Throws<EspalierException>(() => IdxReader.Read(lying))), 0, 8 << 20);

        // 64 MB of zeros behind a header of 10 elements.
        byte[] bomb = IdxBytes.Write(8, [10], new byte[64 << 20]);
        string bombing = _folder.Write("bomb.gz", IdxBytes.Gzip(bomb));
        Assert.InRange(Allocated(() => Assert.Throws<EspalierException>(() => IdxReader.Read(bombing))), 0, 8 << 20);
        Assert.Contains("more than the 9 bytes", Assert.Throws<EspalierException>(() => IdxReader.Read(bombing, maxBytes: 9)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_gzip_is_reported_at_the_byte_that_stops_the_decoder()
    {
        var noise = new byte[60_000];
        new Random(2).NextBytes(noise);
        for (int i = 0; i < noise.Length; i++) noise[i] &= 0x1F;
        byte[] packed = IdxBytes.Gzip(IdxBytes.Write(8, [noise.Length], noise));

        // The checksum is the last but one word: its first byte is wrong, and the whole word must be read to know.
        byte[] wrongSum = [.. packed];
        wrongSum[^8] ^= 1;
        AssertDamage("sum.gz", wrongSum, packed.Length - 5);

        // An extra block type 3 right after the header of 10 bytes cannot be.
        byte[] wrongBlock = [.. packed];
        wrongBlock[10] |= 6;
        AssertDamage("block.gz", wrongBlock, 10);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(500)]
    public void Cut_gzip_is_reported_at_its_end(int missing)
    {
        var noise = new byte[2000];
        new Random(3).NextBytes(noise);
        byte[] packed = IdxBytes.Gzip(IdxBytes.Write(8, [noise.Length], noise));
        string path = _folder.Write("cut.gz", packed[..^missing]);
        string message = Assert.Throws<EspalierException>(() => IdxReader.Read(path)).Message;
        Assert.StartsWith($"{path}: byte {packed.Length - missing}: the gzip data are cut short", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_reported()
    {
        string path = Path.Combine(_folder.Path, "none");
        Assert.Equal($"{path}: there is no such file.", Assert.Throws<EspalierException>(() => IdxReader.Read(path)).Message);
    }

    [Fact]
    public void Pair_of_images_and_labels_becomes_a_set()
    {
        string images = _folder.Write("images", IdxBytes.Write(8, [3, 1, 2], [0, 51, 102, 153, 204, 255]));
        string labels = _folder.Write("labels", IdxBytes.Write(8, [3], [2, 0, 1]));
        Dataset set = IdxDataset.Load("three", images, labels);
        Assert.Equal([0, 0.2f, 0.4f, 0.6f, 0.8f, 1], set.Inputs);
        Assert.Equal([2, 0, 1], set.Labels!);
        Assert.Equal(["0", "1", "2"], set.ClassNames);
        Assert.Equal("1x1x2", $"{set.InputShape.Channels}x{set.InputShape.Height}x{set.InputShape.Width}");
    }

    [Fact]
    public void Counts_that_differ_are_reported_with_both_files()
    {
        string images = _folder.Write("images", IdxBytes.Write(8, [2, 1, 2], [1, 2, 3, 4]));
        string labels = _folder.Write("labels", IdxBytes.Write(8, [3], [2, 0, 1]));
        string message = Assert.Throws<EspalierException>(() => IdxDataset.Load("x", images, labels)).Message;
        Assert.Equal($"{images} holds 2 images, but {labels} 3 labels; name two files that belong together.", message);
    }

    [Fact]
    public void Swapped_files_are_reported()
    {
        string images = _folder.Write("images", IdxBytes.Write(8, [2, 1, 2], [1, 2, 3, 4]));
        string labels = _folder.Write("labels", IdxBytes.Write(8, [2], [1, 0]));
        string message = Assert.Throws<EspalierException>(() => IdxDataset.Load("x", labels, images)).Message;
        Assert.Equal($"{images}: byte 3: labels have one dimension, not 3; name the images first, then the labels.", message);
    }

    [Fact]
    public void Label_without_a_class_is_reported_with_its_byte()
    {
        string images = _folder.Write("images", IdxBytes.Write(8, [2, 1, 2], [1, 2, 3, 4]));
        string labels = _folder.Write("labels", IdxBytes.Write(9, [2], [1, 0xFF]));
        string message = Assert.Throws<EspalierException>(() => IdxDataset.Load("x", images, labels)).Message;
        Assert.Equal($"{labels}: byte 9 of the content: label -1 is no whole number from 0 to 65535.", message);
    }

    [Fact]
    public void Input_that_is_no_finite_number_is_reported_with_its_byte()
    {
        var elements = new byte[8];
        BinaryPrimitives.WriteSingleBigEndian(elements.AsSpan(4), float.NaN);
        string images = _folder.Write("images", IdxBytes.Write(0x0D, [2, 1], elements));
        string labels = _folder.Write("labels", IdxBytes.Write(8, [2], [0, 1]));
        string message = Assert.Throws<EspalierException>(() => IdxDataset.Load("x", images, labels)).Message;
        Assert.Equal($"{images}: byte 16 of the content: NaN is no finite number.", message);
    }

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void AssertDamage(string name, byte[] content, int offset)
    {
        string path = _folder.Write(name, content);
        string message = Assert.Throws<EspalierException>(() => IdxReader.Read(path)).Message;
        Assert.Equal($"{path}: byte {offset}: damaged gzip data; fetch the file again.", message);
    }
}
