using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads the <c>.espalier</c> text of a network.</summary>
public static class ModelReader
{
    /// <summary>
    /// Reads a model text in one pass and in chunks. Bad text never throws: it gives the first error, in reading order; a wrong
    /// hash is told last, because a more specific error helps more.
    /// </summary>
    /// <param name="reader">The text, decoded from ASCII or UTF-8 with a byte-order mark kept.</param>
    /// <param name="cancellationToken">Looked at once a chunk.</param>
    /// <exception cref="ArgumentNullException"><paramref name="reader"/> is null.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ModelReadResult Read(TextReader reader, CancellationToken cancellationToken = default)
    {
        if (reader is null) throw new ArgumentNullException(nameof(reader));
        using var cursor = new LineCursor(reader, cancellationToken);
        return ReadNetwork(cursor) is Network network ? ModelReadResult.Of(network) : ModelReadResult.Of(cursor.Error!);
    }

    private static Network? ReadNetwork(LineCursor cursor)
    {
        if (HeaderReader.ReadPreamble(cursor) is not string hash) return null;
        if (HeaderReader.ReadName(cursor) is not string name || !HeaderReader.ReadInputShape(cursor, out Shape input)) return null;
        if (LayerReader.ReadAll(cursor, input) is not List<Layer> layers) return null;
        int outputs = layers[layers.Count - 1].OutputShape.Length;
        if (SampleReader.ReadAll(cursor, input.Length, outputs) is not List<Sample> samples) return null;
        if (!HeaderReader.CheckHash(cursor, hash)) return null;
        return new Network(name, input, new EquatableArray<Layer>(layers), new EquatableArray<Sample>(samples));
    }
}
