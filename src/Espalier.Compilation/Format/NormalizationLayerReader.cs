using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads a batch normalisation.</summary>
internal static class NormalizationLayerReader
{
    /// <summary>Reads from the space behind the layer's kind and sources on; null after an error.</summary>
    public static BatchNormalizationLayer? Read(LineCursor cursor, LayerHead head)
    {
        if (!head.ReadShape(cursor) || !cursor.Space("epsilon") || !EntryReader.ReadFinite(cursor, "epsilon", out float epsilon))
        {
            return null;
        }

        if (!LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        int channels = head.Shape.Channels;
        var scale = new float[channels];
        var shift = new float[channels];
        var mean = new float[channels];
        var variance = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            bool read = EntryReader.ReadFinite(cursor, $"the scale of channel {c} of {channels}", out scale[c])
                && cursor.Space("a shift") && EntryReader.ReadFinite(cursor, "a shift", out shift[c])
                && cursor.Space("a mean") && EntryReader.ReadFinite(cursor, "a mean", out mean[c])
                && cursor.Space("a variance") && EntryReader.ReadFinite(cursor, "a variance", out variance[c])
                && cursor.EndLine();
            if (!read) return null;
        }

        return new BatchNormalizationLayer(
            head.Name, head.Shape, FloatVector.Own(scale), FloatVector.Own(shift), FloatVector.Own(mean),
            FloatVector.Own(variance), epsilon, activation);
    }
}
