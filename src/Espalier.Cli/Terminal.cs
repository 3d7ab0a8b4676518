using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Espalier.Cli;

/// <summary>
/// Where a verb writes: results on standard output (one JSON object with <c>--json</c>), everything said on the way on standard error.
/// </summary>
internal sealed class Terminal
{
    // The bar, "100%", "00:00:00" and the spaces between; what is wider than the window would be folded into several lines.
    private const int BarWidth = 14, WidthBesideDescription = BarWidth + 18;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private readonly bool _isWatched;

    /// <summary>Makes a terminal around two writers.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="isOutputWatched">Whether a person reads <paramref name="output"/>: colours, tables as wide as the window.</param>
    /// <param name="isErrorWatched">Whether a person reads <paramref name="error"/>: progress bars instead of occasional lines.</param>
    /// <param name="input">Standard input, or null when there is nothing to read.</param>
    /// <param name="isInputTyped">Whether a person types <paramref name="input"/>.</param>
    public Terminal(
        TextWriter output, TextWriter error, bool isOutputWatched, bool isErrorWatched, TextReader? input = null, bool isInputTyped = false)
    {
        (RawOutput, RawError, _isWatched) = (output, error, isErrorWatched);
        (Input, CanAsk) = (input ?? TextReader.Null, isInputTyped && isErrorWatched);
        Output = Console(output, isOutputWatched);
        Messages = Console(error, isErrorWatched);
    }

    /// <summary>Standard output without formatting.</summary>
    public TextWriter RawOutput { get; }

    /// <summary>Standard input.</summary>
    public TextReader Input { get; }

    /// <summary>Whether there is a person who can be asked on <see cref="Messages"/>.</summary>
    public bool CanAsk { get; }

    /// <summary>Standard error without formatting.</summary>
    public TextWriter RawError { get; }

    /// <summary>What standard output can show.</summary>
    public IAnsiConsole Output { get; }

    /// <summary>How many characters a line of standard output holds.</summary>
    public int Width => Output.Profile.Width;

    /// <summary>Standard error for messages.</summary>
    public IAnsiConsole Messages { get; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess() =>
        new(
            System.Console.Out, System.Console.Error, !System.Console.IsOutputRedirected, !System.Console.IsErrorRedirected,
            System.Console.In, !System.Console.IsInputRedirected);

    /// <summary>Writes the one JSON object of a verb run with <c>--json</c>.</summary>
    public void WriteJson<T>(T result) => RawOutput.WriteLine(ToJson(result));

    /// <summary>The text of a JSON object, spelled as all verbs spell theirs.</summary>
    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value, s_json);

    /// <summary>Writes one plain line on standard output.</summary>
    public void Print(string line) => RawOutput.WriteLine(line);

    /// <summary>Says one plain line on standard error.</summary>
    public void Say(string line) => RawError.WriteLine(line);

    /// <summary>
    /// Runs <paramref name="work"/>, which reports its fraction done and a word on its state: a bar with time left when a
    /// person watches, otherwise a line every few seconds.
    /// </summary>
    public T Track<T>(string what, Func<Action<double, string>, T> work)
    {
        if (!_isWatched) return TrackByLines(what, work);
        T result = default!;
        Messages.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                ProgressTask bar = progress.AddTask(Markup.Escape(what));
                result = work((fraction, status) =>
                {
                    bar.Value = 100 * fraction;
                    string description = status.Length == 0 ? what : $"{what}  {status}";
                    bar.Description = Markup.Escape(Shorten(description, Messages.Profile.Width - WidthBesideDescription));
                });
            });
        return result;
    }

    /// <summary>As many of the comma-separated parts of <paramref name="text"/> as fit <paramref name="width"/>, at least one.</summary>
    internal static string Shorten(string text, int width)
    {
        while (text.Length > width && text.LastIndexOf(", ", StringComparison.Ordinal) is > 0 and var comma) text = text[..comma];
        return text;
    }

    private T TrackByLines<T>(string what, Func<Action<double, string>, T> work)
    {
        const double SecondsBetweenLines = 5;
        var watch = Stopwatch.StartNew();
        double next = SecondsBetweenLines;
        return work((fraction, status) =>
        {
            double elapsed = watch.Elapsed.TotalSeconds;
            if (elapsed < next) return;
            next = elapsed + SecondsBetweenLines;
            double left = fraction > 0 ? elapsed * (1 - fraction) / fraction : 0;
            Say(FormattableString.Invariant($"{what}: {100 * fraction:0} %  {status}  {left:0} s left"));
        });
    }

    private static IAnsiConsole Console(TextWriter writer, bool isWatched)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isWatched ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isWatched ? InteractionSupport.Detect : InteractionSupport.No,
        });
        // A file has no width: its tables have all the room that they need.
        if (!isWatched) console.Profile.Width = int.MaxValue;
        return console;
    }
}
