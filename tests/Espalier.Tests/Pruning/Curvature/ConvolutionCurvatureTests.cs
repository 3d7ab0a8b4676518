using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Curvature;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Curvature;

public sealed class ConvolutionCurvatureTests
{
    public static TheoryData<string, LossKind, bool> Networks => new()
    {
        { "chain", LossKind.CategoricalCrossEntropy, true },
        { "chain", LossKind.MeanSquaredError, true },
        { "branches", LossKind.CategoricalCrossEntropy, true },
        { "branches", LossKind.MeanSquaredError, true },
        { "branches", LossKind.CategoricalCrossEntropy, false },
        { "branches", LossKind.MeanSquaredError, false },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_exact_diagonal_agrees_with_differences_of_gradients(string name, LossKind loss, bool hasKinks)
    {
        TrainableNetwork network = Create(name, hasKinks ? Activation.LeakyRelu(0.3f) : Activation.Identity);
        Dataset images = ConvolutionData.Images(3, ConvolutionData.Image, 3);
        double[][] exact = WeightCurvature.Diagonal(new PruningContext(network, images, loss), CurvatureKind.Exact);
        for (int i = 0; i < exact.Length; i++)
        {
            // A weight whose step crosses a kink has no difference: one of half the step is another number.
            double[] differences = Differences(network, images, loss, i, 4e-4f), halves = Differences(network, images, loss, i, 2e-4f);
            double largest = exact[i].Max();
            int compared = 0;
            for (int j = 0; j < exact[i].Length; j++)
            {
                if (hasKinks && Math.Abs(differences[j] - halves[j]) > 2e-3 * largest) continue;
                Assert.Equal(exact[i][j], differences[j], 3e-3 * largest);
                compared++;
            }

            Assert.InRange(compared, (hasKinks ? 0.5 : 1) * exact[i].Length, exact[i].Length);
            Assert.True(largest > 0);
        }
    }

    [Theory]
    [InlineData(CurvatureKind.Recursion)]
    [InlineData(CurvatureKind.GaussNewton)]
    public void The_recursion_is_that_of_the_dense_layers_that_do_the_same_to_one_image(CurvatureKind kind)
    {
        // Of one image, every layer is linear between activations: a matrix, and its recursion is verified elsewhere.
        TrainableNetwork network = ConvolutionData.Chain(4, Activation.Tanh, Activation.Softmax);
        foreach (PoolingKind pooling in (PoolingKind[])[PoolingKind.Max, PoolingKind.Average])
        {
            network = WithPoolingAndNormalization(network, pooling);
            Dataset image = ConvolutionData.Images(1, ConvolutionData.Image, 5);
            (TrainableNetwork dense, int[][] weightOf) = Unrolled(network, image);
            Dataset flat = Dataset.Classification("flat", Shape.Flat(60), image.Inputs, image.Labels!, image.ClassNames!);
            double[][] ours = WeightCurvature.Diagonal(new PruningContext(network, image, LossKind.CategoricalCrossEntropy), kind);
            double[][] theirs = WeightCurvature.Diagonal(new PruningContext(dense, flat, LossKind.CategoricalCrossEntropy), kind);
            int next = 0;
            for (int layer = 0; layer < network.Layers.Count; layer++)
            {
                if (network.Layers[layer] is not TrainableWeightedLayer weighted) continue;
                var expected = new double[weighted.Weights.Values.Length];
                for (int i = 0; i < theirs[layer].Length; i++)
                {
                    if (weightOf[layer][i] >= 0) expected[weightOf[layer][i]] += theirs[layer][i];
                }

                double largest = expected.Max(Math.Abs);
                Assert.True(largest > 0);
                for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], ours[next][i], 2e-5 * largest);
                next++;
            }
        }
    }

    [Fact]
    public void What_two_readers_make_of_a_value_comes_together()
    {
        // d2E/do^2 of the normalised values: what the next convolution makes of it, and what comes by the addition past it.
        TrainableNetwork network = ConvolutionData.Branches(6, Activation.Identity, Activation.Softmax);
        Dataset images = ConvolutionData.Images(4, ConvolutionData.Image, 7);
        var sweep = new SampleSweep(network, images, LossKind.CategoricalCrossEntropy, withGradients: true);
        var curvature = PatternCurvature.Create(sweep, CurvatureKind.GaussNewton);
        using var engine = new ComputeEngine(1);
        sweep.Run(engine, (start, count) => curvature.Backpropagate(engine, start, count));
        var convolution = (TrainableConvolution)network.Layers[2];
        float[] numbers = [.. Enumerable.Range(1, 90).Select(i => (float)i)];
        double[][] patches = ConvolutionData.Patches(convolution, numbers, 0);
        for (int sample = 0; sample < 4; sample++)
        {
            double[] expected = [.. Enumerable.Range(0, 90).Select(v => (double)curvature.OfSums(3)[sample * 90 + v])];
            for (int filter = 0; filter < 3; filter++)
            {
                for (int position = 0; position < 30; position++)
                {
                    for (int j = 0; j < 27; j++)
                    {
                        double weight = convolution.Weights.Values[filter * 27 + j];
                        double end = curvature.OfSums(2)[sample * 90 + filter * 30 + position];
                        if (patches[position][j] > 0) expected[(int)patches[position][j] - 1] += weight * weight * end;
                    }
                }
            }

            for (int v = 0; v < 90; v++) Assert.Equal(expected[v], curvature.OfOutputs(1)[sample * 90 + v], 1e-5 * expected.Max());
        }
    }

    [Theory]
    [InlineData(CurvatureKind.Recursion)]
    [InlineData(CurvatureKind.Exact)]
    public void Optimal_brain_damage_prunes_convolutions(CurvatureKind kind)
    {
        TrainableNetwork network = Create("branches", Activation.Relu);
        Dataset images = ConvolutionData.Images(40, ConvolutionData.Image, 8);
        var context = new PruningContext(network, images, LossKind.CategoricalCrossEntropy);
        Removal removal = new ObdCriterion(kind).Remove(context, new RemovalBudget(150, PruningScope.Global));
        Assert.Equal(150, network.LiveWeightCount);
        Assert.True(removal.PredictedLossChange > 0);
    }

    private static TrainableNetwork Create(string name, Activation hidden) => name == "chain"
        ? ConvolutionData.Chain(1, hidden, Activation.Softmax)
        : ConvolutionData.Branches(2, hidden, Activation.Softmax);

    private static double[] Differences(TrainableNetwork network, Dataset images, LossKind loss, int parameter, float step)
    {
        Parameter weights = network.PrunableParameters[parameter];
        using var engine = new ComputeEngine(1);
        var sweep = new SampleSweep(network, images, loss, withGradients: true);
        var differences = new double[weights.Values.Length];
        for (int i = 0; i < differences.Length; i++)
        {
            float before = weights.Values[i];
            double up = GradientAt(before + step, i), down = GradientAt(before - step, i);
            weights.Values[i] = before;
            differences[i] = (up - down) / ((double)(before + step) - (before - step));
        }

        return differences;

        double GradientAt(float value, int index)
        {
            weights.Values[index] = value;
            sweep.Run(engine, (start, count) =>
            {
                sweep.EvaluateLoss(start, count);
                sweep.Pass.Backward(engine, count);
            });
            return weights.Gradient[index];
        }
    }

    // The chain with another pooling and a batch normalisation behind it.
    private static TrainableNetwork WithPoolingAndNormalization(TrainableNetwork chain, PoolingKind kind)
    {
        var shape = new Shape(4, 3, 3);
        var normalization = new TrainableBatchNormalization("norm", shape, Activation.Tanh);
        for (int c = 0; c < 4; c++)
        {
            (normalization.Scale.Values[c], normalization.Shift.Values[c]) = (0.7f + 0.2f * c, 0.1f * c);
            (normalization.RunningMean.Values[c], normalization.RunningVariance.Values[c]) = (0.1f * c, 0.5f + 0.3f * c);
        }

        TrainableLayer[] layers = [.. chain.Layers.Where(layer => layer.Name is not ("pool1" or "norm"))];
        var pool = new TrainablePooling(new("pool1", new(4, 6, 5), kind, Window.Square(2, stride: 2), true, false, Activation.Identity));
        return new TrainableNetwork("pooled", ConvolutionData.Image, [layers[0], pool, normalization, .. layers[1..]]);
    }

    // Each layer as a dense one, with the weight that each of its weights is a copy of; -1 for those that are none.
    private static (TrainableNetwork Dense, int[][] WeightOf) Unrolled(TrainableNetwork network, Dataset image)
    {
        using var engine = new ComputeEngine(1);
        var sweep = new SampleSweep(network, image, LossKind.CategoricalCrossEntropy);
        sweep.Run(engine, (_, _) => { });
        var layers = new List<TrainableLayer>();
        var weightOf = new List<int[]>();
        for (int i = 0; i < network.Layers.Count; i++)
        {
            TrainableLayer layer = network.Layers[i];
            (int inputs, int outputs) = (layer.InputShape.Length, layer.OutputShape.Length);
            var dense = new TrainableDense(layer.Name, inputs, outputs, layer.Activation);
            int[] places = [.. Enumerable.Repeat(-1, inputs * outputs)];
            switch (layer)
            {
                case TrainableDense source:
                    for (int w = 0; w < places.Length; w++) Place(w, w, source.Weights.Values[w]);
                    source.Biases.Values.CopyTo(dense.Biases.Values, 0);
                    break;
                case TrainableConvolution source:
                    Unroll(source, Place, dense.Biases.Values);
                    break;
                case TrainableBatchNormalization source:
                    for (int v = 0; v < outputs; v++)
                    {
                        int c = v / (outputs / source.Scale.Values.Length);
                        float slope = source.Scale.Values[c] / MathF.Sqrt(source.RunningVariance.Values[c] + source.Epsilon);
                        Place(v * inputs + v, -1, slope);
                        dense.Biases.Values[v] = source.Shift.Values[c] - slope * source.RunningMean.Values[c];
                    }

                    break;
                case TrainablePooling source:
                    Pool((PoolingLayer)source.ToLayer()!, sweep.Pass.InputOf(i), Place);
                    break;
                default:
                    for (int v = 0; v < outputs; v++) Place(v * inputs + v, -1, 1);
                    break;
            }

            layers.Add(dense);
            weightOf.Add(places);

            void Place(int index, int source, float value) => (dense.Weights.Values[index], places[index]) = (value, source);
        }

        return (new TrainableNetwork("unrolled", Shape.Flat(network.InputShape.Length), layers), [.. weightOf]);
    }

    private static void Unroll(TrainableConvolution source, Action<int, int, float> place, float[] biases)
    {
        // The patches of an image of numbers say which value stands where; 0 is the padding.
        float[] numbers = [.. Enumerable.Range(1, source.InputShape.Length).Select(i => (float)i)];
        for (int filter = 0; filter < source.Weights.Rows; filter++)
        {
            double[][] patches = ConvolutionData.Patches(source, numbers, filter / source.GroupFilters);
            for (int position = 0; position < patches.Length; position++)
            {
                int output = filter * patches.Length + position;
                biases[output] = source.Biases.Values[filter];
                for (int j = 0; j < source.Weights.Columns; j++)
                {
                    int weight = filter * source.Weights.Columns + j;
                    if (patches[position][j] == 0) continue;
                    place(output * numbers.Length + (int)patches[position][j] - 1, weight, source.Weights.Values[weight]);
                }
            }
        }
    }

    private static void Pool(PoolingLayer pooling, float[] values, Action<int, int, float> place)
    {
        (Shape input, Shape output, Window window) = (pooling.InputShape, pooling.OutputShape, pooling.Window);
        for (int v = 0; v < output.Length; v++)
        {
            (int channel, int y, int x) = (v / (output.Height * output.Width), v / output.Width % output.Height, v % output.Width);
            var under = new List<int>();
            for (int tap = 0; tap < window.Length; tap++)
            {
                int row = window.ImageY(y, tap / window.Width), column = window.ImageX(x, tap % window.Width);
                if (row < input.Height && column < input.Width) under.Add((channel * input.Height + row) * input.Width + column);
            }

            if (pooling.Kind == PoolingKind.Max) place(v * input.Length + under.MaxBy(i => values[i]), -1, 1);
            else foreach (int i in under) place(v * input.Length + i, -1, 1f / under.Count);
        }
    }
}
