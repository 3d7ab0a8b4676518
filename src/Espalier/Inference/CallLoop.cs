using Espalier.Compilation.Emit;

namespace Espalier.Inference;

/// <summary>
/// A loop that calls generated code as a user's program does, by its static method: the way through a delegate and an interface would
/// take as long as a small network. It is compiled into the network's own class for measurements, and never generated for users.
/// </summary>
internal static class CallLoop
{
    /// <summary>The name of the method: int (inputs, output, position, calls), which gives the position after the last call.</summary>
    public const string Method = "CallRepeatedly";

    /// <summary>The file that adds the loop to the class that <paramref name="options"/> name.</summary>
    public static EmittedFile For(EmitOptions options) => new("CallLoop.g.cs", $$"""
        {{(options.Namespace.Length == 0 ? "" : $"namespace {options.EscapedNamespace};")}}
        static partial class {{options.EscapedClassName}}
        {
            internal static int {{Method}}(
                global::System.ReadOnlySpan<float> inputs, global::System.Span<float> output, int position, int calls)
            {
                for (; calls > 0; calls--)
                {
                    Predict(inputs.Slice(position, InputLength), output);
                    position += InputLength;
                    if (position == inputs.Length) position = 0;
                }

                return position;
            }
        }
        """);
}
