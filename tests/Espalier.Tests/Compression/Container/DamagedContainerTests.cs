using System.Buffers.Binary;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Compression.Container;
using Espalier.Reporting;
using Espalier.Tests.Inference;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Compression.Container;

/// <summary>
/// Damaged files: one clear error, or under a right checksum perhaps another sound network, but never any other exception.
/// </summary>
public sealed class DamagedContainerTests
{
    private static readonly byte[][] s_files =
    [
        File(RandomNetworks.Classifier(1, 0.1, 60, 30, 7), GapCoding.Relative),
        File(RandomNetworks.Classifier(2, 0.1, 60, 30, 7), GapCoding.Classes),
        File(CompressedModelTests.Shared(RandomNetworks.Classifier(3, 0.2, 60, 30, 7), 3, true), GapCoding.Relative),
        File(CompressedModelTests.Shared(RandomNetworks.Classifier(4, 0.05, 60, 30, 7), 2, true), GapCoding.Smallest),
        File(RandomNetworks.Next(new SeededRandom(12), "odd"), GapCoding.Smallest),
        File(GraphNetworks.Random(1), GapCoding.Smallest),
        File(GraphNetworks.Random(4), GapCoding.Relative),
    ];

    [Fact]
    public void Every_flip_of_any_byte_is_refused_in_one_line_that_names_the_file()
    {
        var random = new SeededRandom(1);
        foreach (byte[] file in s_files)
        {
            for (int at = 0; at < file.Length; at++)
            {
                byte[] damaged = [.. file];
                damaged[at] ^= (byte)(1 + random.Next(255));
                AssertRefused(damaged);
            }
        }
    }

    [Fact]
    public void Every_truncation_and_extension_is_refused()
    {
        foreach (byte[] file in s_files)
        {
            for (int length = 0; length < file.Length; length++) AssertRefused(file[..length]);
            AssertRefused([.. file, 0]);
        }
    }

    /// <summary>What a stranger may make: anything, under a right length and checksum.</summary>
    [Fact]
    public void Any_body_under_a_right_head_is_refused_or_a_network_that_can_be_written()
    {
        var random = new SeededRandom(2);
        int accepted = 0;
        for (int i = 0; i < 6000; i++)
        {
            byte[] file = s_files[random.Next(s_files.Length)];
            byte[] body = file[ContainerFormat.HeadLength..];
            int damages = 1 + random.Next(3);
            for (int d = 0; d < damages; d++)
            {
                int at = random.Next(random.Next(4) == 0 ? body.Length : Math.Min(40, body.Length));
                if (random.Next(5) == 0) body = [.. body[..at], .. body[Math.Min(body.Length - 1, at + 1 + random.Next(9))..]];
                else body[at] = (byte)random.Next(256);
            }

            if (Accepts(Signed(body)) is not Network network) continue;
            accepted++;
            Assert.Null(ModelLimits.FindFault(network));
            Assert.Equal(network, CompressedModel.Read(CompressedModel.Write(network).Bytes));
        }

        Assert.True(accepted > 10, $"{accepted} of 6,000");
    }

    [Fact]
    public void Noise_and_absurd_counts_are_refused_without_much_memory()
    {
        var random = new SeededRandom(3);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3000; i++)
        {
            byte[] body = [.. Enumerable.Range(0, random.Next(200)).Select(_ => (byte)(random.Next(3) == 0 ? 0 : random.Next(256)))];
            Accepts(Signed(body));
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / 3000;
        Assert.True(each < 100_000, $"{each} bytes a file");
    }

    [Fact]
    public void Another_version_and_another_kind_of_file_are_told_apart()
    {
        byte[] newer = [.. s_files[0]];
        newer[ContainerFormat.VersionAt] = 2;

        Assert.Contains("version 2", Message(newer), StringComparison.Ordinal);
        Assert.Contains("is no compressed model", Message("espalier 1\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("was cut off", Message(s_files[0][..^1]), StringComparison.Ordinal);
    }

    private static byte[] File(Network network, GapCoding coding) =>
        CompressedModel.Write(network, new CompressionOptions { GapCoding = coding }).Bytes;

    private static byte[] Signed(byte[] body)
    {
        byte[] file = [.. s_files[0][..ContainerFormat.HeadLength], .. body];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(ContainerFormat.LengthAt), file.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(ContainerFormat.ChecksumAt), Crc32.Add(0, body));
        return file;
    }

    private static Network? Accepts(byte[] file)
    {
        try
        {
            return CompressedModel.Read(file, "m.espz");
        }
        catch (EspalierException error)
        {
            Assert.StartsWith("m.espz: ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            return null;
        }
    }

    private static void AssertRefused(byte[] file) => Assert.Null(Accepts(file));

    private static string Message(byte[] file) => Assert.Throws<EspalierException>(() => CompressedModel.Read(file, "m.espz")).Message;
}
