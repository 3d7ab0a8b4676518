using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Training.Optimizers;

public sealed class OptimizerTests
{
    private const double Rate = 0.05;

    public static TheoryData<OptimizerKind, bool, int> Cases()
    {
        var data = new TheoryData<OptimizerKind, bool, int>();
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            // Lengths below, at and beyond a vector, and beyond a work item with a ragged end.
            foreach (int length in new[] { 1, 7, 8, 16, 37, 16384 + 21 })
            {
                data.Add(kind, false, length);
                data.Add(kind, true, length);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_rule_follows_its_published_equations(OptimizerKind kind, bool decoupled, int length)
    {
        var options = new OptimizerOptions(kind) { WeightDecay = 0.1, DecoupledDecay = decoupled };
        Parameter weights = Filled(length, isWeight: true), biases = Filled(3, isWeight: false);
        double[] expected = Array.ConvertAll(weights.Values, value => (double)value);
        double[] expectedBiases = Array.ConvertAll(biases.Values, value => (double)value);
        double[] m = new double[length], v = new double[length], biasM = new double[3], biasV = new double[3];
        var optimizer = new Optimizer(options, [weights, biases]);
        using var engine = new ComputeEngine(2);
        var random = new SeededRandom(2);
        for (int step = 1; step <= 5; step++)
        {
            foreach (ref float gradient in weights.Gradient.AsSpan()) gradient = (float)random.NextNormal();
            foreach (ref float gradient in biases.Gradient.AsSpan()) gradient = (float)random.NextNormal();
            for (int i = 0; i < length; i++)
            {
                Step(options, step, ref expected[i], weights.Gradient[i], options.WeightDecay, ref m[i], ref v[i]);
            }

            for (int i = 0; i < 3; i++) Step(options, step, ref expectedBiases[i], biases.Gradient[i], 0, ref biasM[i], ref biasV[i]);
            optimizer.Step(engine, Rate);
        }

        for (int i = 0; i < length; i++) Assert.Equal(expected[i], weights.Values[i], 3e-6);
        for (int i = 0; i < 3; i++) Assert.Equal(expectedBiases[i], biases.Values[i], 3e-6);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Removed_weights_and_their_moments_stay_at_plus_zero_whatever_the_gradient(OptimizerKind kind, bool decoupled, int length)
    {
        Parameter weights = Filled(length, isWeight: true);
        var optimizer = new Optimizer(new OptimizerOptions(kind) { WeightDecay = 0.1, DecoupledDecay = decoupled }, [weights]);
        using var engine = new ComputeEngine(1);
        weights.Gradient.AsSpan().Fill(-1);
        optimizer.Step(engine, Rate);

        // Removed when the moments already push them.
        var random = new SeededRandom(8);
        uint[] mask = Array.ConvertAll(weights.Values, _ => random.Next(2) == 0 ? Parameter.Removed : Parameter.Live);
        weights.Freeze(mask);
        float[] wild = [-3, 3, float.NegativeInfinity, float.NaN, -0f];
        for (int step = 0; step < 10; step++)
        {
            for (int i = 0; i < length; i++) weights.Gradient[i] = mask[i] == Parameter.Live ? -1 : wild[(i + step) % wild.Length];
            optimizer.Step(engine, Rate);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(mask[i] == Parameter.Removed, FloatBits.Of(weights.Values[i]) == 0);
                if (mask[i] == Parameter.Live) continue;
                if (optimizer.FirstMoments[0].Length > 0) Assert.Equal(0u, FloatBits.Of(optimizer.FirstMoments[0][i]));
                if (optimizer.SecondMoments[0].Length > 0) Assert.Equal(0u, FloatBits.Of(optimizer.SecondMoments[0][i]));
            }
        }
    }

    [Fact]
    public void Constants_out_of_range_are_named()
    {
        AssertNames("Momentum", new OptimizerOptions { Momentum = 1 });
        AssertNames("Beta1", new OptimizerOptions { Beta1 = -0.1 });
        AssertNames("Beta2", new OptimizerOptions { Beta2 = double.NaN });
        AssertNames("Epsilon", new OptimizerOptions { Epsilon = 0 });
        AssertNames("WeightDecay", new OptimizerOptions { WeightDecay = double.PositiveInfinity });

        static void AssertNames(string name, OptimizerOptions options) =>
            Assert.Contains(name, Assert.Throws<EspalierException>(options.Validate).Message, StringComparison.Ordinal);
    }

    private static Parameter Filled(int length, bool isWeight)
    {
        var parameter = new Parameter("weights", 1, length, isWeight);
        var random = new SeededRandom(1);
        foreach (ref float value in parameter.Values.AsSpan()) value = (float)random.NextNormal();
        return parameter;
    }

    private static void Step(OptimizerOptions options, int step, ref double w, double g, double decay, ref double m, ref double v)
    {
        if (options.DecoupledDecay) w -= Rate * decay * w;
        else g += decay * w;
        switch (options.Kind)
        {
            case OptimizerKind.GradientDescent:
                w -= Rate * g;
                break;
            case OptimizerKind.Momentum:
                m = options.Momentum * m + g;
                w -= Rate * m;
                break;
            case OptimizerKind.Nesterov:
                m = options.Momentum * m + g;
                w -= Rate * (g + options.Momentum * m);
                break;
            default:
                m = options.Beta1 * m + (1 - options.Beta1) * g;
                v = options.Beta2 * v + (1 - options.Beta2) * g * g;
                double mean = m / (1 - Math.Pow(options.Beta1, step)), square = v / (1 - Math.Pow(options.Beta2, step));
                w -= Rate * mean / (Math.Sqrt(square) + options.Epsilon);
                break;
        }
    }
}
