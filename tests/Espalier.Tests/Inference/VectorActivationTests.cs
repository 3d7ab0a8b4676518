using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>
/// The activation functions of vector code give the bits of <see cref="ActivationMath"/>: a million floats evenly over all bit patterns,
/// and those around the places where the functions change their ways. Of a zero input the sign is left open.
/// </summary>
[Trait("Category", "Width")]
public sealed class VectorActivationTests
{
    [Fact]
    public void Activation_functions_give_the_bits_of_the_scalar_ones()
    {
        Activation[] functions =
        [
            Activation.Relu, Activation.LeakyRelu(0.01f), Activation.LeakyRelu(1.9f), Activation.Elu(1), Activation.Elu(0.3f),
            Activation.Selu, Activation.Sigmoid, Activation.Tanh, Activation.ClippedRelu(), Activation.Softplus, Activation.Gelu,
            Activation.GeluTanh,
            Activation.Silu, Activation.HardSwish,
        ];
        var set = new CompiledSet(functions.Select(function => (OneWeight(function), new LoweringOptions { Kernel = KernelKind.Dense })));
        float[] sweep = [.. Sweep()];
        foreach ((int i, CompiledSet.Entry entry) in set.Entries.Index())
        {
            float[] expected = Array.ConvertAll(sweep, x => ActivationMath.Apply(functions[i], x));
            float[] input = new float[1], output = new float[1];
            Assert.Equal(4, entry.Lowered.Plans.Length);
            foreach (WidthPlan plan in PlanMethods.Runnable(entry.Lowered))
            {
                PlanMethods.PredictMethod predict = PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan);
                for (int at = 0; at < sweep.Length; at++)
                {
                    input[0] = sweep[at];
                    predict(input, output);
                    bool isSame = BitConverter.SingleToInt32Bits(output[0]) == BitConverter.SingleToInt32Bits(expected[at])
                        || (float.IsNaN(output[0]) && float.IsNaN(expected[at])) || (sweep[at] == 0 && output[0] == 0 && expected[at] == 0);
                    if (isSame) continue;
                    Assert.Fail($"{functions[i]} at {plan.Width}: f({sweep[at]:R}) = {output[0]:R}, expected {expected[at]:R}.");
                }
            }
        }
    }

    private static Network OneWeight(Activation activation) => new("one", Shape.Flat(1), new EquatableArray<Layer>(
        [new DenseLayer("l", SparseMatrix.FromDense(1, 1, [1f]), new FloatVector([0f]), activation)]), default);

    private static IEnumerable<float> Sweep()
    {
        for (long bits = 0; bits <= uint.MaxValue; bits += 4093) yield return BitConverter.UInt32BitsToSingle((uint)bits);
        float[] places =
        [
            0, 0.6f, 9.5f, 18, 87.33f, 87.3365402f, 88, 88.72f, 88.8f, 103.97f, 104, 0.3466f, 1, float.MaxValue, float.PositiveInfinity,
            float.NaN,
            float.Epsilon,
        ];
        foreach (float place in places)
        {
            for (int step = -300; step <= 300; step++)
            {
                float near = BitConverter.Int32BitsToSingle(Math.Max(0, BitConverter.SingleToInt32Bits(place) + step));
                yield return near;
                yield return -near;
            }
        }
    }
}
