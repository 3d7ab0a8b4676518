using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes what callers see: constants, methods, documentation. It depends on the header and the names alone, compiles without the
/// kernel files, and reaches them through two classic partial methods.
/// </summary>
internal static class SurfaceEmitter
{
    /// <summary>The most outputs that <c>Classify</c> keeps on the stack, in floats: 32 KB.</summary>
    public const int MaxStackFloats = 8192;

    /// <summary>
    /// The largest scratch memory of a prediction that is put on the stack, in floats. C# clears what it takes from the stack: a call with
    /// 1 KB takes 8 ns, with 4.4 KB 44, with 16 KB 104, and one with a buffer that each thread makes once 4 (Zen 5).
    /// </summary>
    public const int MaxClearedFloats = 256;

    /// <summary>
    /// The smallest scratch memory put on the stack, in floats. Up to 32 bytes the JIT makes a local variable of it, whose vector-wide
    /// clearing delays the scalar reads that follow: a 4-4-2 network took 20 ns a call with 4 floats of scratch and takes 7 with 16.
    /// </summary>
    public const int MinStackFloats = 16;

    /// <summary>
    /// The partial methods that the kernels implement: one prediction in scratch memory of its own or of the caller, all lengths checked.
    /// </summary>
    public const string PredictCore = "PredictCore";

    /// <summary>The partial method that the kernels implement: predictions for whole rows, all lengths checked.</summary>
    public const string PredictBatchCore = "PredictBatchCore";

    /// <summary>The partial method that the kernels implement: the self-check.</summary>
    public const string VerifySamples = "VerifySamples";

    /// <summary>The surface file.</summary>
    public static EmittedFile Emit(NetworkHeader header, EmitOptions options)
    {
        var writer = new CSharpWriter(8192);
        FileHead.WriteMark(writer, [$"The public surface of the network '{header.Name}'. Its kernels are in the files beside this one."]);
        writer.Line("#nullable enable");
        writer.Line();
        FileHead.WriteNamespace(writer, options);
        writer.Lines($"""
            /// <summary>
            /// The network '{header.Name}', compiled: {header.InputLength} inputs, {header.OutputLength} outputs. Thread-safe. A first
            /// call may set up tables and a buffer for its thread; no other allocates memory, <see cref="Verify"/> excepted.
            /// </summary>
            /// <remarks>
            /// Inputs and outputs are plain floats in the order in which the network was trained. A NaN among the inputs makes NaN of
            /// every output that depends on it; where there are vector registers, a NaN or an infinity may make NaN of other outputs too.
            /// </remarks>
            {FileHead.GeneratedCode}
            {(options.IsPublic ? "public" : "internal")} static partial class {options.EscapedClassName}
            """);
        writer.Open();
        WriteConstants(writer, header, hasWorkspace: true);
        WritePredict(writer, header);
        WriteClassify(writer, header);
        WriteBatch(writer);
        WriteVerify(writer);
        if (header.OutputLength > 1) WriteLargest(writer, "global::System.ReadOnlySpan<float>");
        WriteHelpers(writer);
        if (header.OutputLength > MaxStackFloats) WriteThreadBuffer(writer);
        writer.Close();
        return new EmittedFile(options.HintPrefix + ".g.cs", writer.ToString());
    }

    private static string ScratchRemark(NetworkHeader header) => header.WorkspaceLength > MaxClearedFloats
        ? "It works on the stack, or where that would take long to clear, in a buffer that each thread makes once, on its first call."
        : "It works on the stack.";

    /// <summary>The constants of the class.</summary>
    public static void WriteConstants(CSharpWriter writer, NetworkHeader header, bool hasWorkspace)
    {
        writer.Lines($"""
            /// <summary>The number of inputs of one sample.</summary>
            public const int InputLength = {header.InputLength};

            /// <summary>The number of outputs.</summary>
            public const int OutputLength = {header.OutputLength};

            """);
        if (hasWorkspace)
        {
            writer.Lines($"""
                /// <summary>The number of floats of scratch memory that one prediction needs; pruning does not change it.</summary>
                public const int WorkspaceLength = {header.WorkspaceLength};

                """);
        }

        writer.Lines("""
            /// <summary>
            /// The largest deviation, relative to the reference output or to 1 if that is larger, that <see cref="Verify"/> accepts.
            /// </summary>
            public const float VerifyTolerance = 1E-4f;

            """);
    }

    /// <summary>What <c>Classify</c> says of itself: a summary, and what it returns.</summary>
    public static (string Summary, string Classes) ClassifyText(NetworkHeader header) => header.OutputLength == 1
        ? ($"The class of one sample: 1 when the output is above {FloatLiteral.Of(header.DecisionThreshold)}, else 0.",
            "0 or 1; -1 when the output is NaN.")
        : ("The index of the largest output for one sample, the first of equals.",
            "0 to <see cref=\"OutputLength\"/> - 1; outputs that are NaN do not count, and when all are, -1.");

    /// <summary>The expression of the class, given the outputs.</summary>
    public static string ClassExpression(NetworkHeader header) => header.OutputLength == 1
        ? $"output[0] > {FloatLiteral.Of(header.DecisionThreshold)} ? 1 : float.IsNaN(output[0]) ? -1 : 0"
        : "Largest(output)";

    private static void WritePredict(CSharpWriter writer, NetworkHeader header) => writer.Lines($$"""
        /// <summary>Computes the outputs for one sample. {{ScratchRemark(header)}}</summary>
        /// <param name="input"><see cref="InputLength"/> values.</param>
        /// <param name="output">Receives <see cref="OutputLength"/> values.</param>
        /// <exception cref="global::System.ArgumentException">A length is wrong, or the two overlap.</exception>
        public static void Predict(global::System.ReadOnlySpan<float> input, global::System.Span<float> output)
        {
            CheckBuffers(input, output);
            {{PredictCore}}(input, output);
        }

        /// <summary>Computes the outputs for one sample in scratch memory of the caller.</summary>
        /// <param name="input"><see cref="InputLength"/> values.</param>
        /// <param name="output">Receives <see cref="OutputLength"/> values.</param>
        /// <param name="workspace">
        /// At least <see cref="WorkspaceLength"/> floats, whose content does not matter before and is undefined after.
        /// </param>
        /// <exception cref="global::System.ArgumentException">A length is wrong, or two of the three overlap.</exception>
        public static void Predict(
            global::System.ReadOnlySpan<float> input, global::System.Span<float> output, global::System.Span<float> workspace)
        {
            CheckBuffers(input, output);
            CheckWorkspace(input, output, workspace);
            {{PredictCore}}(input, output, workspace);
        }

        """);

    private static void WriteClassify(CSharpWriter writer, NetworkHeader header)
    {
        string scratch = header.OutputLength switch
        {
            < MinStackFloats => $"(stackalloc float[{MinStackFloats}]).Slice(0, OutputLength)",
            <= MaxStackFloats => "stackalloc float[OutputLength]",
            _ => "ThreadBuffer()",
        };
        (string summary, string classes) = ClassifyText(header);
        writer.Lines($$"""
            /// <summary>{{summary}} {{ScratchRemark(header)}}</summary>
            /// <param name="input"><see cref="InputLength"/> values.</param>
            /// <returns>{{classes}}</returns>
            /// <exception cref="global::System.ArgumentException">The length is wrong.</exception>
            public static int Classify(global::System.ReadOnlySpan<float> input)
            {
                if (input.Length != InputLength) ThrowLengths(input.Length, OutputLength);
                global::System.Span<float> output = {{scratch}};
                {{PredictCore}}(input, output);
                return {{ClassExpression(header)}};
            }

            """);
    }

    private static void WriteBatch(CSharpWriter writer) => writer.Lines($$"""
        /// <summary>
        /// Computes the outputs for any number of samples, where there are vector registers many samples at a time: results differ from
        /// those of <see cref="Predict(global::System.ReadOnlySpan{float}, global::System.Span{float})"/> by rounding.
        /// It works on the stack, or where that would take more than 32 KB, in a buffer that each thread makes once, on its first call.
        /// </summary>
        /// <param name="inputs">A whole number of rows of <see cref="InputLength"/> values.</param>
        /// <param name="outputs">Receives as many rows of <see cref="OutputLength"/> values.</param>
        /// <exception cref="global::System.ArgumentException">The lengths do not fit, or the two overlap.</exception>
        public static void PredictBatch(global::System.ReadOnlySpan<float> inputs, global::System.Span<float> outputs)
        {
            int count = inputs.Length / InputLength;
            if (inputs.Length % InputLength != 0 || outputs.Length != (long)count * OutputLength)
            {
                throw new global::System.ArgumentException("The inputs have " + Text(inputs.Length) + " values and the outputs "
                    + Text(outputs.Length) + "; a sample has " + Text(InputLength) + " and " + Text(OutputLength) + ".");
            }

            if (global::System.MemoryExtensions.Overlaps<float>(outputs, inputs)) ThrowOverlap();
            {{PredictBatchCore}}(inputs, outputs);
        }

        """);

    /// <summary>The self-check.</summary>
    public static void WriteVerify(CSharpWriter writer) => writer.Lines($$"""
        /// <summary>
        /// Predicts the samples that came with the model and compares the outputs with those of the reference. Allocates a little.
        /// </summary>
        /// <param name="largestError">
        /// The largest deviation of an output, relative to the reference output or to 1 if that is larger; 0 when the model has no
        /// samples, +infinity when an output is NaN and should not be.
        /// </param>
        /// <returns>Whether no deviation is above <see cref="VerifyTolerance"/>; true when the model has no samples.</returns>
        public static bool Verify(out float largestError)
        {
            largestError = 0f;
            {{VerifySamples}}(ref largestError);
            return largestError <= VerifyTolerance;
        }

        """);

    private static void WriteHelpers(CSharpWriter writer) => writer.Lines($$"""
        static partial void {{PredictCore}}(global::System.ReadOnlySpan<float> input, global::System.Span<float> output);

        static partial void {{PredictCore}}(
            global::System.ReadOnlySpan<float> input, global::System.Span<float> output, global::System.Span<float> workspace);

        static partial void {{PredictBatchCore}}(global::System.ReadOnlySpan<float> inputs, global::System.Span<float> outputs);

        static partial void {{VerifySamples}}(ref float largestError);

        private static void CheckBuffers(global::System.ReadOnlySpan<float> input, global::System.Span<float> output)
        {
            if (input.Length != InputLength || output.Length != OutputLength) ThrowLengths(input.Length, output.Length);
            if (global::System.MemoryExtensions.Overlaps<float>(output, input)) ThrowOverlap();
        }

        private static void CheckWorkspace(
            global::System.ReadOnlySpan<float> input, global::System.Span<float> output, global::System.Span<float> workspace)
        {
            if (workspace.Length < WorkspaceLength)
            {
                throw new global::System.ArgumentException(
                    "The workspace has " + Text(workspace.Length) + " floats; " + Text(WorkspaceLength) + " are needed.",
                    nameof(workspace));
            }

            if (global::System.MemoryExtensions.Overlaps<float>(workspace, input)
                || global::System.MemoryExtensions.Overlaps<float>(workspace, output))
            {
                ThrowOverlap();
            }
        }

        [global::System.Diagnostics.CodeAnalysis.DoesNotReturn]
        private static void ThrowLengths(int input, int output) =>
            throw new global::System.ArgumentException("The input has " + Text(input) + " values and the output " + Text(output)
                + "; " + Text(InputLength) + " and " + Text(OutputLength) + " are needed.");

        [global::System.Diagnostics.CodeAnalysis.DoesNotReturn]
        private static void ThrowOverlap() =>
            throw new global::System.ArgumentException("Input, output and workspace must not overlap.");

        private static string Text(int number) => number.ToString(global::System.Globalization.CultureInfo.InvariantCulture);
        """);

    /// <summary>The function that finds the largest of the values, which come as <paramref name="type"/>.</summary>
    public static void WriteLargest(CSharpWriter writer, string type) => writer.Lines($$"""
        private static int Largest({{type}} values)
        {
            int best = -1;
            float largest = 0f;
            for (int i = 0; i < values.Length; i++)
            {
                float value = values[i];
                if (value > largest || (best < 0 && !float.IsNaN(value)))
                {
                    best = i;
                    largest = value;
                }
            }

            return best;
        }

        """);

    private static void WriteThreadBuffer(CSharpWriter writer) => writer.Lines("""

        [global::System.ThreadStatic]
        private static float[]? s_threadBuffer;

        private static global::System.Span<float> ThreadBuffer() => s_threadBuffer ??= new float[OutputLength];
        """);
}
