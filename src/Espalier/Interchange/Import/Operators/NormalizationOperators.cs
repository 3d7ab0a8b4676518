using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Softmax and normalisations.</summary>
internal static class NormalizationOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
    [
        ("BatchNormalization", BatchNormalization), ("Softmax", call => Softmax(call, isLogarithm: false)),
        ("LogSoftmax", call => Softmax(call, isLogarithm: true)),
        ("ai.onnx.ml.Scaler", Scaler), ("ai.onnx.ml.Normalizer", Normalizer),
    ];

    private static GraphValue[] BatchNormalization(NodeCall call)
    {
        // Operator sets before 14 tell it by the statistics that are outputs too.
        bool isTraining = call.Int("training_mode", 0) != 0 || (call.OperatorSet < 14 && call.OutputCount > 1);
        if (isTraining)
        {
            throw new EspalierException("is in training mode; export the model for inference (model.eval()).");
        }

        Signal x = call.Signal(0);
        if (x.Rank < 2) throw new EspalierException($"reads {Tensors.Show(x.Dims)} values; a batch x channels is needed.");

        // Operator sets before 9 may have numbers for each pixel.
        bool isByPixel = call.OperatorSet < 9 && call.Int("spatial", 1) == 0;
        int after = isByPixel ? 1 : Tensors.Count(x.Dims.AsSpan(2)), channels = isByPixel ? Tensors.Count(x.Dims.AsSpan(1)) : x.Dims[1];
        var numbers = new float[4][];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Array.ConvertAll(call.Constant(i + 1).Values, value => (float)value);
            if (numbers[i].Length != channels) throw new EspalierException($"has {numbers[i].Length} numbers for {channels} channels.");
        }

        return [Affine.Normalize(call.Network, call.LayerName, x, i => i / after % channels, numbers, call.Float("epsilon", 1e-5f))];
    }

    private static GraphValue[] Softmax(NodeCall call, bool isLogarithm)
    {
        GraphValue value = call.Value(0);
        bool isOld = call.OperatorSet < 13;
        int axis = ReshapeOperators.Axes([call.Int("axis", isOld ? 1 : -1)], value.Rank)[0];

        // Operator sets before 13 take everything from the axis on as one.
        int[] axes = isOld ? [.. Enumerable.Range(axis, value.Rank - axis)] : [axis];
        var groups = AxisGroups.Of(value, axes, keepsAxes: true);
        Signal x = call.Signal(0);
        groups.RequireBatch(x);
        return [isLogarithm ? LogSoftmax.Of(call, x, groups.Elements) : call.Network.Softmax(call.LayerName, x, groups.Elements)];
    }

    /// <summary>(x - offset) scale.</summary>
    private static GraphValue[] Scaler(NodeCall call)
    {
        Signal x = call.Signal(0);
        float[] offset = call.Floats("offset") ?? [0], scale = call.Floats("scale") ?? [1];
        int features = x.Rank == 0 ? 1 : x.Dims[^1];
        if ((offset.Length != 1 && offset.Length != features) || (scale.Length != 1 && scale.Length != features))
        {
            throw new EspalierException($"has {offset.Length} offsets and {scale.Length} scales for {features} features.");
        }

        double Scale(int i) => scale[i % features % scale.Length];
        return [Affine.Apply(call.Network, call.LayerName, x, Scale, i => -offset[i % features % offset.Length] * Scale(i))];
    }

    /// <summary>
    /// Division by the sum of the sizes, which scikit-learn puts after a softmax, where it is 1, and after a logistic function for each
    /// class: s(z_i) / sum_j s(z_j) = softmax(ln s(z))_i with ln s(z) = -softplus(-z), which is s(z) itself for two opposite z.
    /// </summary>
    private static GraphValue[] Normalizer(NodeCall call)
    {
        Signal x = call.Signal(0);
        Layer? layer = call.Network.Layers[x.Source];
        bool isAllOfLayer = call.Text("norm", "MAX") == "L1" && call.Network.IsPermutation(x) && x.Length == x.Dims[^1];
        if (isAllOfLayer && layer is { Activation.Kind: ActivationKind.Softmax }) return [x];
        if (isAllOfLayer && layer is WeightedLayer { Activation.Kind: ActivationKind.Sigmoid } logistic && !x.IsShared)
        {
            if (AreOpposite(logistic)) return [x];
            (NetworkAssembler network, string name) = (call.Network, call.LayerName);
            network.Layers.Replace(x.Source, logistic with { Activation = Activation.Identity });
            Signal logarithms = network.Activate(name, x, -1, Activation.Softplus, -1);
            return [network.Activate(name, logarithms, Activation.Softmax)];
        }

        throw new EspalierException(
            "divides by a sum that depends on the model's input; it can be left out only where it is 1, after a softmax, "
            + "and becomes one after a logistic function.");
    }

    private static bool AreOpposite(WeightedLayer layer)
    {
        SparseMatrix weights = layer.Weights;
        if (weights.Rows != 2 || weights.RowStart(1) * 2 != weights.Count || layer.Biases[0] != -layer.Biases[1]) return false;
        for (int i = 0, j = weights.RowStart(1); j < weights.Count; i++, j++)
        {
            if (weights.ColumnIndex(i) != weights.ColumnIndex(j) || weights.Value(i) != -weights.Value(j)) return false;
        }

        return true;
    }
}
