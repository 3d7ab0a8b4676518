using Espalier.Compilation.Emit;

namespace Espalier.Compilation.Tests.Emit;

public sealed class HexTableTests
{
    [Fact]
    public void Two_floats_share_a_number_and_the_first_is_the_low_half() => Assert.Equal(
        "private static global::System.ReadOnlySpan<ulong> T => new ulong[]\n{\n    0x800000003F800000, 0x0000000040000000,\n};\n",
        Written(writer => HexTable.Write(writer, "T", [1f, -0f, 2f])));

    [Fact]
    public void Two_ints_share_a_number() => Assert.Contains(
        " 0x0000000200000001, 0x0000000000000003,", Written(writer => HexTable.WriteInts(writer, "T", [9, 1, 2, 3], first: 1)),
        StringComparison.Ordinal);

    [Fact]
    public void Four_shorts_share_a_number() => Assert.Contains(
        " 0x0004FFFF00020001, 0x0000000000000005,", Written(writer => HexTable.WriteShorts(writer, "T", [1, 2, 65535, 4, 5])),
        StringComparison.Ordinal);

    [Fact]
    public void An_empty_table_is_an_empty_array() =>
        Assert.EndsWith("new ulong[]\n{\n};\n", Written(writer => HexTable.Write(writer, "T", [])), StringComparison.Ordinal);

    private static string Written(Action<CSharpWriter> write)
    {
        var writer = new CSharpWriter();
        write(writer);
        return writer.ToString();
    }
}
