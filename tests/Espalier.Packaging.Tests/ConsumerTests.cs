using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Espalier.Packaging.Tests.Harness;
using Espalier.Packaging.Tests.Skipping;
using Xunit.Abstractions;

namespace Espalier.Packaging.Tests;

/// <summary>Projects of users for .NET: built and published without a warning, and right.</summary>
[Collection(Packages.Name)]
public sealed partial class ConsumerTests(PackageFeed feed, ITestOutputHelper log)
{
    private static readonly string[] s_ownFiles = ["Consumer.deps.json", "Consumer.dll", "Consumer.pdb", "Consumer.runtimeconfig.json"];

    /// <summary>The most that the networks of the exam may add to a native program, in bytes.</summary>
    private const long MostNativeBytes = 160_000;

    /// <summary>The items stand as in the readme of the package, of which nothing but the version is said here.</summary>
    [SkippableFact]
    public void A_project_for_net10_uses_library_and_generator_as_the_readme_says()
    {
        string readme = Encoding.UTF8.GetString(feed.Read("Espalier")["README.md"]);
        string items = Snippet().Match(readme).Groups["items"].Value;
        Assert.Contains($"Include=\"Espalier\" Version=\"{feed.Version}\"", items, StringComparison.Ordinal);
        Consumer consumer = Exam.Write(new Consumer(feed, "library")).WithProject("net10.0", items + Exam.Items(forceScalar: false))
            .With("digits.espalier", Exam.Model("Digits"))
            .With("Library.cs", """
                internal static class Library
                {
                    [System.Runtime.CompilerServices.ModuleInitializer]
                    internal static void Check()
                    {
                        float[] pixels = new float[Consumer.digits.InputLength];
                        pixels[7] = 1;
                        int expected = new Espalier.Inference.ReferenceInterpreter(Espalier.Interchange.ModelFile.Load("digits.espalier")).Classify(pixels);
                        if (Consumer.digits.Classify(pixels) != expected) throw new System.InvalidOperationException("The library says something else.");
                    }
                }
                """);

        Consumer.AssertSilent(consumer.Build());
        Check(consumer, consumer.Built("Consumer.dll"));
    }

    [SkippableFact]
    public void A_project_that_only_runs_networks_publishes_nothing_of_ours()
    {
        Consumer consumer = Exam.Write(new Consumer(feed, "generator"))
            .WithProject("net10.0", Consumer.Generator + Exam.Items(forceScalar: false));

        Consumer.AssertSilent(consumer.Publish());
        Assert.Equal(s_ownFiles, consumer.Published());
        Check(consumer, Path.Combine("published", "Consumer.dll"));
    }

    [SkippableFact]
    public void A_project_for_net9_takes_the_generator_out_of_the_whole_package()
    {
        Consumer consumer = Exam.Write(new Consumer(feed, "net9"))
            .WithProject("net9.0", Consumer.GeneratorOfLibrary + Exam.Items(forceScalar: false), "<RollForward>Major</RollForward>");

        Consumer.AssertSilent(consumer.Publish());
        Assert.Equal(s_ownFiles, consumer.Published());
        Check(consumer, Path.Combine("published", "Consumer.dll"));
    }

    [SkippableFact]
    public void A_native_program_for_net8_is_trimmed_without_a_word_and_grows_by_little()
    {
        string native = $"<PublishAot>true</PublishAot><RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>";
        Consumer with = Exam.Write(new Consumer(feed, "native"))
            .WithProject("net8.0", Consumer.Generator + Exam.Items(forceScalar: false), native);
        Consumer without = Exam.Write(new Consumer(feed, "native-empty")).With("Stubs.cs", Exam.Stubs).WithProject("net8.0", "", native);

        Consumer.AssertSilent(with.Publish());
        Consumer.AssertSilent(without.Publish());

        Assert.DoesNotContain(
            with.Published(),
            file => file.EndsWith(".dll", StringComparison.Ordinal) || file.Contains("Espalier", StringComparison.Ordinal));
        (int exitCode, string printed) = Tool.Run(with.Folder, Path.Combine(with.Folder, "published", "Consumer"), ["print"]);
        Exam.AssertWithinBounds(printed);
        Assert.InRange(exitCode, Exam.Wrong, Exam.AllRight);
        long all = SizeOf(with), empty = SizeOf(without);
        log.WriteLine($"native program: {all} bytes, {empty} without the networks, which add {all - empty}");
        Assert.InRange(all - empty, 1, MostNativeBytes);
    }

    [GeneratedRegex("```xml\\n<ItemGroup>(?<items>.*?)</ItemGroup>", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    private static long SizeOf(Consumer consumer) => new FileInfo(Path.Combine(consumer.Folder, "published", "Consumer")).Length;

    private static void Check(Consumer consumer, string dll)
    {
        (_, string printed) = Tool.Run(consumer.Folder, Tool.DotNet, ["exec", dll, "print"]);
        Exam.AssertWithinBounds(printed);
    }
}
