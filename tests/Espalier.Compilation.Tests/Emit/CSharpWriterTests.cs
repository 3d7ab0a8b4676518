using Espalier.Compilation.Emit;

namespace Espalier.Compilation.Tests.Emit;

public sealed class CSharpWriterTests
{
    [Fact]
    public void Braces_indent_and_lines_end_with_newlines()
    {
        var writer = new CSharpWriter();
        writer.Open("class A");
        writer.Lines("a\r\n\n  b");
        writer.StartLine().Append('c').Append('\n');
        writer.Close();
        Assert.Equal("class A\n{\n    a\n\n      b\n    c\n}\n", writer.ToString());
    }

    [Fact]
    public void An_open_brace_is_an_error()
    {
        var writer = new CSharpWriter();
        writer.Open();
        Assert.Throws<InvalidOperationException>(writer.ToString);
    }

    [Fact]
    public void A_brace_too_many_is_an_error() => Assert.Throws<InvalidOperationException>(new CSharpWriter().Close);
}
