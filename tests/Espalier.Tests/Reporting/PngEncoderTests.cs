using System.Text;
using Espalier.Reporting;

namespace Espalier.Tests.Reporting;

public sealed class PngEncoderTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 3, 1)]
    [InlineData(5, 4, 3)]
    [InlineData(300, 200, 3)]
    public void Picture_comes_back_from_its_file(int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        new Random(1).NextBytes(pixels);
        Picture read = PngReader.Read(PngEncoder.ToBytes(new Picture(width, height, channels, pixels)));
        Assert.Equal((width, height, channels), (read.Width, read.Height, read.Channels));
        Assert.Equal(pixels, read.Pixels);
    }

    [Fact]
    public void Checksum_has_its_published_check_value() => Assert.Equal(0xCBF43926, Crc32.Add(0, Encoding.ASCII.GetBytes("123456789")));
}
