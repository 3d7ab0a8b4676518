using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Tests.Shared;

namespace Espalier.Compilation.Tests.Format;

/// <summary>Damaged texts: always one error inside the text, never an exception, never a network that the text does not spell.</summary>
public sealed class DamageTests
{
    private const int Seeds = 60;
    private const int DamagesPerSeed = 100;

    [Fact]
    public void Every_truncation_is_refused() => Damage((text, random) => text[..random.Next(text.Length)]);

    [Fact]
    public void Every_flipped_byte_is_refused() => Damage((text, random) =>
    {
        char[] characters = text.ToCharArray();
        characters[random.Next(characters.Length)] ^= (char)random.Next(1, 256);
        return new string(characters);
    });

    [Fact]
    public void Every_insertion_is_refused() => Damage((text, random) =>
        text.Insert(random.Next(text.Length + 1), ((char)random.Next(256)).ToString()));

    [Fact]
    public void Every_deletion_is_refused() => Damage((text, random) =>
    {
        int start = random.Next(text.Length);
        return text.Remove(start, random.Next(1, Math.Min(text.Length - start, 40) + 1));
    });

    [Fact]
    public void Every_swap_of_two_lines_is_refused() => Damage((text, random) =>
    {
        string[] lines = text.Split('\n');
        int left = random.Next(lines.Length - 1), right = random.Next(lines.Length - 1);
        (lines[left], lines[right]) = (lines[right], lines[left]);
        return string.Join('\n', lines);
    });

    /// <summary>Under a right hash nothing but the grammar protects: then the reader may accept, but only the canonical text.</summary>
    [Fact]
    public void A_damaged_body_under_a_right_hash_is_refused_or_canonical()
    {
        int accepted = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            string body = Networks.Body(Undamaged(seed));
            var random = new Random(seed);
            for (int i = 0; i < DamagesPerSeed; i++)
            {
                char[] characters = body.ToCharArray();
                characters[random.Next(characters.Length)] = "0123456789abcdef :x,_\n"[random.Next(22)];
                string text = Signed(new string(characters));

                if (Read(text) is not Network network) continue;
                accepted++;
                Assert.Equal(text, ModelWriter.ToText(network));
            }
        }

        Assert.InRange(accepted, Seeds, Seeds * DamagesPerSeed - Seeds);
    }

    private static void Damage(Func<string, Random, string> damage)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            string text = ModelWriter.ToText(Undamaged(seed));
            var random = new Random(seed);
            for (int i = 0; i < DamagesPerSeed; i++)
            {
                string damaged = damage(text, random);
                if (damaged == text) continue;
                Assert.True(Read(damaged) is null, $"seed {seed}, damage {i} was accepted:\n{damaged}");
            }
        }
    }

    private static Network Undamaged(int seed) => seed % 2 == 0 ? Networks.Random(seed) : GraphNetworks.Random(seed);

    private static Network? Read(string text)
    {
        ModelReadResult result = ModelReader.Read(new StringReader(text));
        Assert.True(result.Network is null != result.Error is null);
        if (result.Error is not ModelError error) return result.Network;
        string[] lines = text.Split('\n');
        Assert.InRange(error.Line, 1, lines.Length);
        Assert.InRange(error.Column, 1, lines[error.Line - 1].Length + 1);
        Assert.InRange(error.Length, 0, lines[error.Line - 1].Length + 1 - error.Column);
        Assert.NotEqual("", error.Message);
        Assert.All(error.Message, c => Assert.InRange(c, ' ', '~'));
        return null;
    }

    private static string Signed(string body)
    {
        using var hash = new BodyHash();
        hash.Add(body.ToCharArray(), 0, body.Length);
        return $"espalier 1\nsha256 {hash.Finish()}\n{body}";
    }
}
