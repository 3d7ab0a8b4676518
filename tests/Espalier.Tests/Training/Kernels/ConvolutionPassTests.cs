using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Tests.Training.Kernels;

public sealed class ConvolutionPassTests
{
    private const int Count = 5;

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 512, 1, 1 }, { 256, 1, 1 }, { 128, 1, 1 }, { 512, 2, 0 }, { 256, 2, 2 }, { 128, 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_register_width_gives_the_plain_sums(int vectorBits, int stride, int padding)
    {
        // More columns than a depth block, several panels with a ragged last one, and filters that fill no tile.
        var layer = new TrainableConvolution("c", new(12, 11, 13), 8, Window.Square(5, stride, padding), Activation.Identity);
        var network = new TrainableNetwork("n", layer.InputShape, [layer]);
        SmallGraphs.Randomize(network, 9);
        (float[] images, _) = DerivativeProblem.Samples(network, Count);
        var random = new SeededRandom(4);
        int inputs = layer.InputShape.Length, outputs = layer.OutputShape.Length, columns = layer.Weights.Columns;
        var pass = new ConvolutionPass(layer, new PassMode(null), Count, vectorBits)
        {
            Inputs = [[.. images, .. new float[PanelPlan.Slack]]],
            Output = new float[Count * outputs],
            OutputGradient = [.. Enumerable.Range(0, Count * outputs).Select(_ => (float)random.NextNormal())],
            InputGradients = [new float[Count * inputs]],
        };
        using var engine = new ComputeEngine(2);
        pass.Forward(engine, Count);
        pass.Backward(engine, Count);

        var rows = new float[Count * layer.Positions * columns];
        layer.Unfold(images, Count, 0, rows);
        double[] weightGradient = new double[layer.Weights.Values.Length], inputGradient = new double[Count * inputs];
        for (int i = 0; i < pass.Output.Length; i++)
        {
            (int filter, int position) = (i / layer.Positions % 8, i % layer.Positions);
            int sample = i / outputs, row = (sample * layer.Positions + position) * columns;
            double sum = layer.Biases.Values[filter], gradient = pass.OutputGradient[i];
            for (int j = 0; j < columns; j++)
            {
                double weight = layer.Weights.Values[filter * columns + j];
                sum += weight * rows[row + j];
                weightGradient[filter * columns + j] += gradient * rows[row + j];
                if (Place(position, j) is int place) inputGradient[sample * inputs + place] += gradient * weight;
            }

            Assert.Equal(sum, pass.Output[i], 2e-5);
        }

        for (int i = 0; i < weightGradient.Length; i++) Assert.Equal(weightGradient[i], layer.Weights.Gradient[i], 2e-4);
        for (int i = 0; i < inputGradient.Length; i++) Assert.Equal(inputGradient[i], pass.InputGradients[0]![i], 2e-5);

        int? Place(int position, int column)
        {
            Window window = layer.Window;
            int y = window.ImageY(position / layer.OutputShape.Width, column % 25 / 5),
                x = window.ImageX(position % layer.OutputShape.Width, column % 5);
            return y >= 0 && y < 11 && x >= 0 && x < 13 ? (column / 25 * 11 + y) * 13 + x : null;
        }
    }
}
