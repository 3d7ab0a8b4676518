using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>Writes the self-check: the model's samples as tables, and the loop that compares.</summary>
internal static class SampleEmitter
{
    /// <summary>
    /// The body of the surface's partial method and its tables; for a network without samples, a body that has nothing to do.
    /// </summary>
    public static void WriteVerifySamples(CSharpWriter writer, LoweredNetwork lowered)
    {
        Network network = lowered.Network;
        if (network.Samples.Length == 0)
        {
            writer.Line("// The model came without samples.");
            writer.Line($"static partial void {SurfaceEmitter.VerifySamples}(ref float largestError) => largestError = 0f;");
            return;
        }

        writer.Open($"static partial void {SurfaceEmitter.VerifySamples}(ref float largestError)");
        writer.Lines(HexTable.EndianCheck);
        writer.Line();
        writer.Lines($$"""
            float[] input = new float[InputLength], output = new float[OutputLength];
            for (int i = 0; i < {{network.Samples.Length}}; i++)
            {
                {{KernelEmitter.NestedClass}}.LoadSample(i, input);
                Predict(input, output);
                float error = {{KernelEmitter.NestedClass}}.CompareWithSample(i, output);
                if (error > largestError) largestError = error;
            }
            """);
        writer.Close();
    }

    /// <summary>The members of the nested class that hold and compare the samples.</summary>
    public static void WriteSamples(CSharpWriter writer, LoweredNetwork lowered)
    {
        SampleTables tables = SampleTables.Of(lowered.Network);
        writer.Lines($$"""
            /// <summary>Writes the input of a sample, which is stored without its zeros.</summary>
            internal static void LoadSample(int sample, global::System.Span<float> input)
            {
                global::System.ReadOnlySpan<int> ends = {{HexTable.View("int", "SampleEnds")}};
                global::System.ReadOnlySpan<int> indices = {{HexTable.View("int", "SampleIndices")}};
                global::System.ReadOnlySpan<float> values = {{HexTable.View("float", "SampleValues")}};
                input.Clear();
                for (int i = sample == 0 ? 0 : ends[sample - 1]; i < ends[sample]; i++) input[indices[i]] = values[i];
            }

            /// <summary>The largest deviation of an output from that of the sample, relative to that or to 1 if it is larger.</summary>
            internal static float CompareWithSample(int sample, global::System.ReadOnlySpan<float> output)
            {
                global::System.ReadOnlySpan<float> outputs = {{HexTable.View("float", "SampleOutputs")}};
                float largest = 0f;
                for (int i = 0; i < output.Length; i++)
                {
                    float expected = outputs[sample * output.Length + i], actual = output[i];
                    if (actual.Equals(expected)) continue;
                    float scale = global::System.Math.Max(1f, global::System.Math.Abs(expected));
                    float error = global::System.Math.Abs(actual - expected) / scale;
                    if (float.IsNaN(error)) return float.PositiveInfinity;
                    if (error > largest) largest = error;
                }

                return largest;
            }

            """);
        HexTable.WriteInts(writer, "SampleEnds", [.. tables.Ends]);
        writer.Line();
        HexTable.WriteInts(writer, "SampleIndices", [.. tables.Indices]);
        writer.Line();
        HexTable.Write(writer, "SampleValues", [.. tables.Values]);
        writer.Line();
        HexTable.Write(writer, "SampleOutputs", [.. tables.Outputs]);
    }
}
