using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit.Plain;

/// <summary>
/// Writes what callers see of a network in plain C#: the members of <see cref="SurfaceEmitter"/> over arrays, so that code which hands
/// arrays over compiles against both. It depends on the header and the names alone, and compiles without the kernel file.
/// </summary>
internal static class PlainSurfaceEmitter
{
    /// <summary>The partial method that the kernels implement: a prediction into an array of the thread's, which it hands out.</summary>
    public const string ClassifyCore = "ClassifyCore";

    /// <summary>The surface file.</summary>
    public static EmittedFile Emit(NetworkHeader header, EmitOptions options)
    {
        var writer = new CSharpWriter(8192);
        FileHead.WriteMark(writer,
            [$"The public surface of the network '{header.Name}' in plain C#. Its kernels are in the file beside this one."]);
        FileHead.OpenPlainNamespace(writer, options);
        writer.Lines($"""
            /// <summary>
            /// The network '{header.Name}', compiled: {header.InputLength} inputs, {header.OutputLength} outputs. Thread-safe. A thread's first
            /// call makes the arrays that it works in; no other allocates memory, <see cref="Verify"/> excepted.
            /// </summary>
            /// <remarks>
            /// Inputs and outputs are plain floats in the order in which the network was trained. A NaN among the inputs makes NaN of
            /// every output that depends on it; infinities follow the rules of IEEE 754.
            /// </remarks>
            {FileHead.GeneratedCode}
            {(options.IsPublic ? "public" : "internal")} static partial class {options.EscapedClassName}
            """);
        writer.Open();
        SurfaceEmitter.WriteConstants(writer, header, hasWorkspace: false);
        WriteMethods(writer, header);
        writer.Close();
        FileHead.ClosePlainNamespace(writer, options);
        return new EmittedFile(options.HintPrefix + ".g.cs", writer.ToString());
    }

    private static void WriteMethods(CSharpWriter writer, NetworkHeader header)
    {
        (string summary, string classes) = SurfaceEmitter.ClassifyText(header);
        writer.Lines($$"""
            /// <summary>Computes the outputs for one sample.</summary>
            /// <param name="input"><see cref="InputLength"/> values.</param>
            /// <param name="output">Receives <see cref="OutputLength"/> values.</param>
            /// <exception cref="global::System.ArgumentException">A length is wrong, or both are one array.</exception>
            public static void Predict(float[] input, float[] output)
            {
                CheckLengths(input, output, 1);
                {{SurfaceEmitter.PredictCore}}(input, output);
            }

            /// <summary>{{summary}}</summary>
            /// <param name="input"><see cref="InputLength"/> values.</param>
            /// <returns>{{classes}}</returns>
            /// <exception cref="global::System.ArgumentException">The length is wrong.</exception>
            public static int Classify(float[] input)
            {
                if (input == null || input.Length != InputLength)
                {
                    throw new global::System.ArgumentException(
                        "The input has " + Text(input) + " values; a sample has " + Number(InputLength) + ".", nameof(input));
                }

                float[] output = null;
                {{ClassifyCore}}(input, ref output);
                return {{SurfaceEmitter.ClassExpression(header)}};
            }

            /// <summary>Computes the outputs for any number of samples, one after the other, with the bits of <see cref="Predict"/>.</summary>
            /// <param name="inputs">A whole number of rows of <see cref="InputLength"/> values.</param>
            /// <param name="outputs">Receives as many rows of <see cref="OutputLength"/> values.</param>
            /// <exception cref="global::System.ArgumentException">The lengths do not fit, or both are one array.</exception>
            public static void PredictBatch(float[] inputs, float[] outputs)
            {
                CheckLengths(inputs, outputs, inputs == null ? 0 : inputs.Length / InputLength);
                {{SurfaceEmitter.PredictBatchCore}}(inputs, outputs);
            }

            """);
        SurfaceEmitter.WriteVerify(writer);
        if (header.OutputLength > 1) SurfaceEmitter.WriteLargest(writer, "float[]");
        writer.Lines($$"""
            static partial void {{SurfaceEmitter.PredictCore}}(float[] input, float[] output);

            static partial void {{SurfaceEmitter.PredictBatchCore}}(float[] inputs, float[] outputs);

            static partial void {{ClassifyCore}}(float[] input, ref float[] output);

            static partial void {{SurfaceEmitter.VerifySamples}}(ref float largestError);

            private static void CheckLengths(float[] input, float[] output, int count)
            {
                if (input == null || output == null || input.Length != (long)count * InputLength || output.Length != (long)count * OutputLength)
                {
                    throw new global::System.ArgumentException("The input has " + Text(input) + " values and the output " + Text(output)
                        + "; a sample has " + Number(InputLength) + " and " + Number(OutputLength) + ".");
                }

                if (input == output) throw new global::System.ArgumentException("Input and output must not be one array.");
            }

            private static string Text(float[] values) => values == null ? "no" : Number(values.Length);

            private static string Number(int number) => number.ToString(global::System.Globalization.CultureInfo.InvariantCulture);
            """);
    }
}
