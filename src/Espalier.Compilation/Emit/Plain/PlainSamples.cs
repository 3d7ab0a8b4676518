using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit.Plain;

/// <summary>Writes the self-check in plain C#.</summary>
internal static class PlainSamples
{
    /// <summary>The body of the surface's partial method.</summary>
    public static void WriteVerify(CSharpWriter writer, LoweredNetwork lowered)
    {
        writer.Open($"static partial void {SurfaceEmitter.VerifySamples}(ref float largestError)");
        if (lowered.Network.Samples.Length == 0)
        {
            writer.Line("// The model came without samples.");
            writer.Line("largestError = 0f;");
        }
        else
        {
            writer.Lines($$"""
                float[] input = new float[InputLength], output = new float[OutputLength];
                for (int i = 0; i < {{lowered.Network.Samples.Length}}; i++)
                {
                    {{KernelEmitter.NestedClass}}.LoadSample(i, input);
                    {{SurfaceEmitter.PredictCore}}(input, output);
                    float error = {{KernelEmitter.NestedClass}}.CompareWithSample(i, output);
                    if (error > largestError) largestError = error;
                }
                """);
        }

        writer.Close();
    }

    /// <summary>The members of the nested class that hold and compare the samples.</summary>
    public static void WriteSamples(CSharpWriter writer, LoweredNetwork lowered)
    {
        SampleTables tables = SampleTables.Of(lowered.Network);
        writer.Lines("""

            /// <summary>Writes the input of a sample, which is stored without its zeros.</summary>
            internal static void LoadSample(int sample, float[] input)
            {
                global::System.Array.Clear(input, 0, input.Length);
                for (int i = sample == 0 ? 0 : SampleEnds[sample - 1]; i < SampleEnds[sample]; i++) input[SampleIndices[i]] = SampleValues[i];
            }

            /// <summary>The largest deviation of an output from that of the sample, relative to that or to 1 if it is larger.</summary>
            internal static float CompareWithSample(int sample, float[] output)
            {
                float largest = 0f;
                for (int i = 0; i < output.Length; i++)
                {
                    float expected = SampleOutputs[sample * output.Length + i], actual = output[i];
                    if (actual.Equals(expected)) continue;
                    float error = global::System.Math.Abs(actual - expected) / global::System.Math.Max(1f, global::System.Math.Abs(expected));
                    if (float.IsNaN(error)) return float.PositiveInfinity;
                    if (error > largest) largest = error;
                }

                return largest;
            }

            """);
        PlainTable.Write(writer, "SampleEnds", tables.Ends, isShort: false);
        writer.Line();
        PlainTable.Write(writer, "SampleIndices", tables.Indices, isShort: false);
        writer.Line();
        PlainTable.Write(writer, "SampleValues", tables.Values);
        writer.Line();
        PlainTable.Write(writer, "SampleOutputs", tables.Outputs);
    }
}
