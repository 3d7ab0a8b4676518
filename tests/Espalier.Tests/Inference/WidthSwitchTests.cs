using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Espalier.Compilation.Emit;

namespace Espalier.Tests.Inference;

/// <summary>
/// The runtime's switches that take register widths away, by which the other tests here are run at each width: that they do so, seen in
/// a child process, because a switch that the runtime no longer knows is ignored without a word.
/// </summary>
public sealed class WidthSwitchTests
{
    private static readonly EmittedFile s_program = new("Program.cs", """
        using System.Runtime.Intrinsics;
        using System.Runtime.Intrinsics.X86;
        static class Program
        {
            static void Main() => System.Console.Write(
                (Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? "512 " : "") + (Vector256.IsHardwareAccelerated ? "256 " : "")
                + (Avx2.IsSupported && Fma.IsSupported ? "avx2 " : "") + (Vector128.IsHardwareAccelerated ? "128 " : ""));
        }
        """);

    [Theory]
    [InlineData("", 512)]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 0)]
    public void A_switch_leaves_the_widths_below_it(string name, int widest)
    {
        if (!X86Base.IsSupported && name.Length > 0 && widest > 0) return;
        string expected = (widest >= 512 && Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? "512 " : "")
            + (widest >= 256 && Vector256.IsHardwareAccelerated ? "256 " : "")
            + (widest >= 256 && Avx2.IsSupported && Fma.IsSupported ? "avx2 " : "")
            + (widest >= 128 && Vector128.IsHardwareAccelerated ? "128 " : "");

        Assert.Equal(expected, ChildProgram.Run([s_program], name.Length == 0 ? [] : [(name, "0")]));
    }
}
