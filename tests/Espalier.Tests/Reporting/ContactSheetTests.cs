using System.Xml.Linq;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Reporting;

namespace Espalier.Tests.Reporting;

public sealed class ContactSheetTests
{
    // Four samples of 2 x 2 pixels in two classes, of which the second has one sample only.
    private static readonly Dataset s_set = Dataset.Classification(
        "four", new Shape(1, 2, 2), [0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0.5f, 0, 0, 0], [0, 1, 0, 0], ["left & \u0001", "right"]);

    [Fact]
    public void Sheet_has_a_row_for_each_class_with_its_first_samples()
    {
        Assert.Equal([0, 2, 1, -1], ContactSheet.Choose(s_set, 2));
        Picture sheet = ContactSheet.Draw(s_set, 2);
        Assert.Equal((5, 5, 1), (sheet.Width, sheet.Height, sheet.Channels));
        Assert.Equal(
        [
            0, 255, 64, 0, 0,
            0, 255, 64, 0, 0,
            64, 64, 64, 64, 64,
            255, 255, 64, 64, 64,
            255, 255, 64, 64, 64,
        ], sheet.Pixels);
    }

    [Fact]
    public void Channels_become_colours()
    {
        Dataset set = Dataset.Classification("c", new Shape(3, 2, 2), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 51], [0], ["only"]);
        Picture sheet = ContactSheet.Draw(set, 1);
        Assert.Equal([0, 20, 40, 5, 25, 45, 10, 30, 50, 15, 35, 255], sheet.Pixels);
        Assert.Equal((15, 35, 255), sheet.Colour(1, 1));
    }

    [Fact]
    public void Tabular_set_is_no_picture()
    {
        Dataset set = Dataset.Classification("flat", Shape.Flat(4), [1, 2, 3, 4], [0], ["a"]);
        Assert.False(ContactSheet.CanShow(set));
        Assert.Equal("flat: samples of 4 are no pictures; ask for the summary instead.",
            Assert.Throws<EspalierException>(() => ContactSheet.Draw(set, 1)).Message);
    }

    [Fact]
    public void Sheet_that_would_fill_the_memory_is_refused()
    {
        string message = Assert.Throws<EspalierException>(() => ContactSheet.Draw(s_set, 2_000_000_000)).Message;
        Assert.Equal("four: a sheet of 5999999999 x 5 pixels is too large; ask for fewer samples of each class.", message);
    }

    [Fact]
    public void Svg_is_well_formed_names_the_classes_and_holds_the_picture()
    {
        XElement svg = XElement.Parse(ContactSheetSvg.Draw(s_set, 2));
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(["left & \uFFFD", "right"], svg.Elements(ns + "text").Select(text => text.Value));
        string data = svg.Element(ns + "image")!.Attribute("href")!.Value;
        Assert.Equal(ContactSheet.Draw(s_set, 2).Pixels,
            PngReader.Read(Convert.FromBase64String(data["data:image/png;base64,".Length..])).Pixels);
    }

    [Fact]
    public void Ascii_and_half_blocks_show_two_rows_in_a_line()
    {
        var picture = new Picture(4, 3, 1, [0, 255, 0, 255, 0, 0, 255, 255, 255, 0, 0, 0]);
        Assert.Equal(" ++@\n+\n", TerminalPicture.Render(picture, TerminalStyle.Ascii).Replace('=', '+'));
        Assert.Equal(" ▀▄█\n▀\n", TerminalPicture.Render(picture, TerminalStyle.HalfBlocks));
    }

    [Fact]
    public void Colours_change_only_where_the_picture_does()
    {
        var picture = new Picture(3, 2, 1, [9, 9, 9, 0, 0, 7]);
        Assert.Equal("\u001b[38;2;9;9;9m\u001b[48;2;0;0;0m▀▀\u001b[48;2;7;7;7m▀\u001b[0m\n", TerminalPicture.Render(picture,
            TerminalStyle.Colour));
    }
}
