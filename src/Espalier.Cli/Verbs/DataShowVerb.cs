using System.CommandLine;
using Espalier.Data;
using Espalier.Reporting;

namespace Espalier.Cli.Verbs;

/// <summary>Shows what is in a data set: counts, value ranges, and pictures where the samples are some.</summary>
internal sealed class DataShowVerb : Verb
{
    private readonly DataArguments _data;
    private readonly Option<int> _perClass = new("--per-class") { Description = "Pictures of each class.", HelpName = "N" };
    private readonly Option<string?> _out = new("--out", "-o")
    {
        Description = "Draw the contact sheet into this file instead of the terminal.",
        HelpName = "FILE.png|FILE.svg",
    };

    public DataShowVerb(Terminal terminal)
        : base("show", "Show a data set: counts, classes, value ranges, and a contact sheet when its samples are pictures.", terminal,
            "espalier data show --data digits",
            "espalier data show --data mnist --per-class 12 --out mnist.png",
            "espalier data show --data iris --json")
    {
        _data = new DataArguments(this, isRequired: true, "The set");
        Add(_perClass);
        Add(_out);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        string? file = arguments.GetValue(_out);
        string extension = Path.GetExtension(file ?? "").ToLowerInvariant();
        if (file is not null && extension is not (".png" or ".svg"))
        {
            throw new EspalierException($"--out {file}: name a .png or a .svg file.");
        }

        if (arguments.GetResult(_perClass) is not null && arguments.GetValue(_perClass) < 1)
        {
            throw new EspalierException("--per-class must be at least 1.");
        }

        int perClass = arguments.GetValue(_perClass);
        DataSplit split = _data.Load(arguments);
        DatasetSummary summary = DatasetSummary.Of(_data.Name(arguments)!, split);
        string? picture = null;
        if (file is not null) Draw(split.Train, perClass == 0 ? 12 : perClass, file, extension);
        else if (!WantsJson(arguments) && ContactSheet.CanShow(split.Train)) picture = Picture(split.Train, perClass == 0 ? 4 : perClass);

        if (WantsJson(arguments))
        {
            Terminal.WriteJson(summary);
            return ExitCode.Success;
        }

        Terminal.Print(summary.ToText());
        if (file is not null) Terminal.Print($"contact sheet in {file}");
        if (picture is not null) Terminal.Print(picture);
        return ExitCode.Success;
    }

    private static void Draw(Dataset set, int perClass, string file, string extension)
    {
        if (extension == ".png") PngEncoder.Save(ContactSheet.Draw(set, perClass), file);
        else AtomicFile.WriteText(file, ContactSheetSvg.Draw(set, perClass));
    }

    private string Picture(Dataset set, int perClass) => TerminalPicture.Render(ContactSheet.Draw(set, perClass), Style());

    private TerminalStyle Style() => Terminal.Output.Profile.Capabilities switch
    {
        { Ansi: true, ColorSystem: Spectre.Console.ColorSystem.TrueColor } => TerminalStyle.Colour,
        { Ansi: true, Unicode: true } => TerminalStyle.HalfBlocks,
        _ => TerminalStyle.Ascii,
    };
}
