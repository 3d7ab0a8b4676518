using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Interchange;

namespace Espalier.Cli.Tests;

public sealed class CompressVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("relative", "linear")]
    [InlineData("classes", "density")]
    [InlineData("smallest", "random")]
    public async Task A_pruned_model_is_shared_trained_compressed_and_comes_back(string coding, string start)
    {
        await TrainAsync();
        await _run.JsonAsync("prune", "@m.espalier", "--data", "monks-2", "--keep", "0.3", "--epochs", "4", "--batch", "16", "--out",
            "@p.espalier");

        JsonElement compressed = await _run.JsonAsync("compress", "@p.espalier", "--bits", "3,2,2", "--bias-bits", "2", "--init", start,
            "--gap-coding", coding, "--data", "monks-2", "--epochs", "5", "--batch", "16");

        string file = _run.PathOf("p.espz");
        Assert.Equal(file, compressed.GetProperty("file").GetString());
        Assert.Equal(new FileInfo(file).Length, compressed.GetProperty("bytes").GetInt64());
        Assert.Equal(4 * (406 + 20 + 3 + 2), compressed.GetProperty("denseBytes").GetInt64());
        Assert.Equal(432, compressed.GetProperty("errors").GetProperty("testTrained").GetProperty("count").GetInt32());

        JsonElement decompressed = await _run.JsonAsync("decompress", "@p.espz", "--data", "monks-2", "--out", "@d.espalier");
        Network network = ModelFile.Load(_run.PathOf("d.espalier"));
        Assert.Equal(CompressedModel.Load(file), network with { Samples = default });
        Assert.Equal(4, network.Samples.Length);
        Assert.Equal(network.WeightCount, decompressed.GetProperty("weights").GetInt32());
        Assert.InRange(((DenseLayer)network.Layers[0]).Weights.Codebook!.Length, 1, 8);
        Assert.InRange(((DenseLayer)network.Layers[1]).Weights.Codebook!.Length, 1, 4);
        JsonElement evaluated = await _run.JsonAsync("eval", "@d.espalier", "--data", "monks-2");
        Assert.Equal(compressed.GetProperty("errors").GetProperty("testTrained").GetProperty("errors").GetInt32(),
            evaluated.GetProperty("errors").GetInt32());
        Assert.True((await _run.JsonAsync("verify", "@d.espalier", "--data", "monks-2")).GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Without_sharing_the_model_comes_back_as_it_was()
    {
        await TrainAsync();

        await _run.JsonAsync("compress", "@m.espalier", "--bits", "0", "--keep-units", "--out", "@c.espz");
        await _run.JsonAsync("decompress", "@c.espz");

        Network given = ModelFile.Load(_run.PathOf("m.espalier"));
        Assert.Equal(given with { Samples = default }, ModelFile.Load(_run.PathOf("c.decompressed.espalier")));
    }

    [Fact]
    public async Task The_table_for_people_sums_up_to_the_file()
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync("compress", "@m.espalier", "--bits", "4");

        Assert.True(code == ExitCode.Success, error);
        Assert.StartsWith("layer", output, StringComparison.Ordinal);
        long bytes = new FileInfo(_run.PathOf("m.espz")).Length;
        string total = Assert.Single(output.Split('\n'), line => line.StartsWith("all ", StringComparison.Ordinal));
        Assert.Contains($"  {bytes}  ", total, StringComparison.Ordinal);
        Assert.Contains($"to {bytes}: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--bits x")]
    [InlineData("--bits 17")]
    [InlineData("--bits 5,5")]
    [InlineData("--bits 0 --bias-bits 3")]
    [InlineData("--bits 0 --data monks-2")]
    [InlineData("--bits 0 --epochs 3")]
    [InlineData("--bias-bits 0")]
    [InlineData("--epochs 3")]
    [InlineData("--index-bits 13")]
    [InlineData("--data digits")]
    [InlineData("--out @m.espalier")]
    [InlineData("--out /no/such/folder/m.espz")]
    public async Task Impossible_wishes_are_one_line_and_leave_no_file(string wishes)
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(["compress", "@m.espalier", .. wishes.Split(' ')]);

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(File.Exists(_run.PathOf("m.espz")));
    }

    [Fact]
    public async Task A_damaged_a_foreign_and_a_missing_file_are_named_in_one_line()
    {
        await TrainAsync();
        await _run.JsonAsync("compress", "@m.espalier");
        byte[] bytes = await File.ReadAllBytesAsync(_run.PathOf("m.espz"));
        bytes[^9] ^= 1;
        await File.WriteAllBytesAsync(_run.PathOf("damaged.espz"), bytes);

        foreach (string file in (string[])["damaged.espz", "m.espalier", "missing.espz"])
        {
            (int code, string output, string error) = await _run.RunAsync("decompress", $"@{file}", "--out", "@out.espalier");

            Assert.Equal((ExitCode.BadInput, ""), (code, output));
            Assert.Contains(file, error, StringComparison.Ordinal);
            Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
            Assert.False(File.Exists(_run.PathOf("out.espalier")));
        }
    }

    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "monks-2", "--layers", "20,3", "--epochs", "20", "--batch", "16", "--learning-rate",
            "0.01", "--out", "@m.espalier");
}
