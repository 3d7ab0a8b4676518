using System;
using System.Globalization;
using System.IO;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Writes a network as <c>.espalier</c> text, in its one canonical spelling.</summary>
public static class ModelWriter
{
    /// <summary>
    /// Writes <paramref name="network"/>. Stored zeros are left out and shared weights sorted; apart from that, reading the text
    /// gives an equal network. The body is produced twice, first for its hash, so that no text is ever held whole.
    /// </summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The network has no spelling: see <see cref="ModelLimits.FindFault"/>.</exception>
    public static void Write(Network network, TextWriter writer)
    {
        if (network is null) throw new ArgumentNullException(nameof(network));
        if (writer is null) throw new ArgumentNullException(nameof(writer));
        if (ModelLimits.FindFault(network) is string fault) throw new ArgumentException(fault, nameof(network));
        using var hash = new BodyHash();
        WriteBody(network, (text, count) => hash.Add(text, 0, count));
        string version = ModelText.Version.ToString(CultureInfo.InvariantCulture);
        writer.Write($"{ModelText.Magic} {version}\n{ModelText.Hash} {hash.Finish()}\n");
        WriteBody(network, (text, count) => writer.Write(text, 0, count));
    }

    /// <summary>The text of <paramref name="network"/> as one string: see <see cref="Write"/>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="ArgumentException">The network has no spelling: see <see cref="ModelLimits.FindFault"/>.</exception>
    public static string ToText(Network network)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        Write(network, writer);
        return writer.ToString();
    }

    private static void WriteBody(Network network, Action<char[], int> flush)
    {
        var sink = new AsciiSink(flush);
        BodyWriter.Write(network, sink);
        sink.Flush();
    }
}
