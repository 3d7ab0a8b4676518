using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads the sample lines that end a model text.</summary>
internal static class SampleReader
{
    /// <summary>Reads all samples up to the end of the text; null after an error.</summary>
    public static List<Sample>? ReadAll(LineCursor cursor, int inputs, int outputs)
    {
        var samples = new List<Sample>();
        while (!cursor.AtEndOfText)
        {
            string layer = samples.Count == 0 ? $"'{ModelText.Layer}', " : "";
            if (!cursor.Word(ModelText.Sample, $"{layer}'{ModelText.Sample}' or the end of the file")) return null;
            if (samples.Count == ModelLimits.MaxSamples)
            {
                cursor.FailToken($"A model has at most {ModelLimits.Show(ModelLimits.MaxSamples)} samples.");
                return null;
            }

            if (Read(cursor, inputs, outputs) is not Sample sample) return null;
            samples.Add(sample);
        }

        return samples;
    }

    private static Sample? Read(LineCursor cursor, int inputs, int outputs)
    {
        string start = $"an input, or '{ModelText.OutputSeparator}' and the outputs";
        var indices = new List<int>();
        var values = new List<float>();
        int index = -1;
        if (!cursor.Space(start)) return null;
        while (!cursor.NextIs(ModelText.OutputSeparator))
        {
            if (!EntryReader.ReadIndex(cursor, index, inputs, out index)) return null;
            if (!EntryReader.ReadFinite(cursor, "an input", out float value)) return null;
            if (FloatBits.Of(value) == 0)
            {
                cursor.FailToken("Zero stands for an input: zero inputs are left out.");
                return null;
            }

            indices.Add(index);
            values.Add(value);
            if (!cursor.Space(start)) return null;
        }

        if (!cursor.Mark(ModelText.OutputSeparator)) return null;
        var results = new List<float>();
        while (results.Count < outputs)
        {
            if (!cursor.Space($"output {results.Count} of {outputs}")) return null;
            if (!EntryReader.ReadFinite(cursor, "an output", out float value)) return null;
            results.Add(value);
        }

        return cursor.EndLine() ? new Sample([.. indices], FloatVector.Own([.. values]), FloatVector.Own([.. results])) : null;
    }
}
