using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Interchange;

/// <summary>
/// Files from strangers: whatever their bytes, they are read or refused in one line, and take no memory that they do not fill.
/// </summary>
public sealed class DamagedFileTests
{
    private const int Variants = 400;

    [Fact]
    public void Onnx_models_are_read_or_refused_in_one_line()
    {
        foreach (int seed in Enumerable.Range(0, 8))
        {
            Damage(OnnxExport.ToBytes(GraphWithoutDilatedMeans(seed)), seed, bytes => OnnxImport.Parse(bytes));
        }
    }

    [Fact]
    public void Safetensors_are_read_or_refused_in_one_line()
    {
        foreach (int seed in Enumerable.Range(0, 4))
        {
            Damage(SafetensorsFile.ToBytes(NetworkWeights.Of(GraphWithoutDilatedMeans(seed))), seed,
                bytes => SafetensorsFile.Parse("f", bytes));
        }
    }

    [Fact]
    public void Arrays_of_numpy_are_read_or_refused_in_one_line()
    {
        Damage(NpyFile.ToBytes(new NpyArray([3, 4], new float[12])), 1, bytes => NpyFile.Parse("f", bytes));
        string file = Path.GetTempFileName();
        try
        {
            NpzFile.Save(file, [new NamedArray("a", new NpyArray([5], new float[5])), new NamedArray("b", new NpyArray([], [1]))]);
            Damage(File.ReadAllBytes(file), 2, bytes => NpzFile.Parse("f", bytes));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Damage(byte[] whole, int seed, Action<byte[]> read)
    {
        var random = new Random(seed);
        read(whole);
        for (int i = 0; i < Variants; i++)
        {
            byte[] damaged = i % 4 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            for (int flips = random.Next(1, 4); flips > 0 && damaged.Length > 0; flips--)
            {
                // The first bytes hold what the rest means, so they get their share of the damage.
                int at = random.Next(random.Next(2) == 0 ? damaged.Length : Math.Min(damaged.Length, 256));
                damaged[at] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                read(damaged);
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 28, "took too much memory");
            }
            catch (EspalierException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    private static Network GraphWithoutDilatedMeans(int seed)
    {
        Network network = GraphNetworks.Random(seed);
        while (network.Layers.Any(GraphNetworks.IsDilatedMean)) network = GraphNetworks.Random(seed += 1000);
        return network;
    }
}
