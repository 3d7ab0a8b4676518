using Espalier.Packaging.Tests.Harness;
using Espalier.Packaging.Tests.Skipping;

namespace Espalier.Packaging.Tests;

/// <summary>
/// A program for netstandard2.0, built once from the package, under Mono: on this machine, and on emulated ones of other word sizes and
/// byte orders. All answers have the bits of the reference interpreter.
/// </summary>
[Collection(Packages.Name)]
public sealed class DeviceTests(PackageFeed feed, DeviceProgram program) : IClassFixture<DeviceProgram>
{
    private const string NoRoot = "No Mono for this processor: ESPALIER_MONO_ROOTS names no folder with one.";

    [SkippableFact]
    public void The_program_is_right_under_mono_on_this_machine() => Run(null, []);

    [SkippableFact]
    public void The_program_is_right_where_floats_are_computed_in_double_precision() => Run(null, ["-O=-float32"]);

    [SkippableFact]
    public void The_program_is_right_on_64_bit_arm() => Run("arm64", [], "qemu-aarch64-static");

    [SkippableFact]
    public void The_program_is_right_on_32_bit_arm() => Run("armhf", [], "qemu-arm-static");

    /// <summary>Mono for it crashes at addresses above 4 GB, which the emulator hands out unless it reserves those below.</summary>
    [SkippableFact]
    public void The_program_is_right_on_a_big_endian_machine() => Run("s390x", [], "qemu-s390x-static", "-R", "0x100000000");

    private void Run(string? architecture, string[] options, string emulator = "", params string[] emulatorOptions)
    {
        string? libraries = DeviceProgram.Libraries;
        SkipException.When(libraries is null, "Mono's class libraries are not installed.");
        string runtime;
        string[] before = [];
        if (architecture is null)
        {
            string? mono = Tool.Find("mono-sgen");
            SkipException.When(mono is null, "Mono is not installed.");
            runtime = mono!;
        }
        else
        {
            string? root = DeviceProgram.Root(architecture), qemu = Tool.Find(emulator);
            SkipException.When(qemu is null, $"{emulator} is not installed.");
            SkipException.When(root is null, NoRoot);
            (runtime, before) = (qemu!, [.. emulatorOptions, "-L", root!, Path.Combine(root!, "usr", "bin", "mono-sgen")]);
        }

        string exe = program.Build(feed);
        Assert.Equal((Exam.AllRight, ""), Execute(""));
        Assert.Equal((Exam.Wrong, ""), Execute("wrong"));

        (int ExitCode, string Output) Execute(string order) =>
            Tool.Run(Path.GetDirectoryName(exe)!, runtime, [.. before, .. options, exe, order], ("MONO_PATH", libraries!));
    }
}
