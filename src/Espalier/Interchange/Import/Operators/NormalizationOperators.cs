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
        if (call.Int("training_mode", 0) != 0)
        {
            throw new EspalierException("is in training mode; export the model for inference (model.eval()).");
        }

        Signal x = call.Signal(0);
        if (x.Rank < 2) throw new EspalierException($"reads {Tensors.Show(x.Dims)} values; a batch x channels is needed.");
        int channels = x.Dims[1], after = Tensors.Count(x.Dims.AsSpan(2));
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

    /// <summary>Division by the sum of the sizes, which scikit-learn puts after a softmax, where it is 1.</summary>
    private static GraphValue[] Normalizer(NodeCall call)
    {
        Signal x = call.Signal(0);
        bool isUnit = call.Network.Layers[x.Source] is { Activation.Kind: ActivationKind.Softmax } && call.Network.IsPermutation(x);
        if (call.Text("norm", "MAX") != "L1" || !isUnit)
        {
            throw new EspalierException("divides by a sum that depends on the model's input; only after a softmax, where the sum is 1, can it be left out.");
        }

        return [x];
    }
}
