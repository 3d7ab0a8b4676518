namespace Espalier.Packaging.Tests.Harness;

/// <summary>The program for devices, built when the first test asks for it, and where what runs it is.</summary>
public sealed class DeviceProgram
{
    private (int ExitCode, string Output)? _result;
    private string _path = "";

    /// <summary>
    /// The folders of Mono's class libraries and of what forwards netstandard to them; null where they are not installed.
    /// </summary>
    public static string? Libraries
    {
        get
        {
            const string Classes = "/usr/lib/mono/4.5";
            string? facades = new[] { Path.Combine(Classes, "Facades"), Root("facades") ?? Classes }
                .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "netstandard.dll")));
            return facades is null || !File.Exists(Path.Combine(Classes, "mscorlib.dll")) ? null : $"{Classes}:{facades}";
        }
    }

    /// <summary>The folder <paramref name="name"/> below the one that ESPALIER_MONO_ROOTS names; null where it is not.</summary>
    public static string? Root(string name) =>
        Environment.GetEnvironmentVariable("ESPALIER_MONO_ROOTS") is string roots && Directory.Exists(Path.Combine(roots, name))
            ? Path.Combine(roots, name) : null;

    /// <summary>The program, of a project that has both packages, of which one generator must come.</summary>
    public string Build(PackageFeed feed)
    {
        if (_result is null)
        {
            Consumer consumer = Exam.Write(new Consumer(feed, "device"))
                .WithProject("netstandard2.0", Consumer.Library + Consumer.Generator + Exam.Items(forceScalar: true));
            _result = consumer.Build();
            if (_result.Value.ExitCode == 0) _path = consumer.Built("Consumer.dll");
        }

        Consumer.AssertSilent(_result.Value);
        return _path;
    }
}
