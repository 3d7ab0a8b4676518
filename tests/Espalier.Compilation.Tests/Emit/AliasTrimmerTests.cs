using Espalier.Compilation.Emit;

namespace Espalier.Compilation.Tests.Emit;

public sealed class AliasTrimmerTests
{
    [Fact]
    public void What_the_file_mentions_stays_and_the_rest_goes() => Assert.Equal(
        "// head\n\nusing B = Y;\n\nclass C { B b; }\n",
        AliasTrimmer.Trim("// head\n\nusing A2 = X;\nusing B = Y;\nusing D2 = Z;\n\nclass C { B b; }\n"));

    [Fact]
    public void Where_none_is_left_the_empty_line_goes_too() => Assert.Equal(
        "// head\n\nclass C { }\n", AliasTrimmer.Trim("// head\n\nusing A2 = X;\nusing B2 = Y;\n\nclass C { }\n"));

    [Fact]
    public void A_file_without_directives_stays_as_it_is() => Assert.Equal("// using A = B;\nclass C { }\n", AliasTrimmer.Trim("// using A = B;\nclass C { }\n"));
}
