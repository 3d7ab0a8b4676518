using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>Which channels of a network's values are the same number for every input and at every position, by the weights alone.</summary>
internal static class UnitConstants
{
    /// <summary>What a unit yields at each of its faces, or null where it is no constant.</summary>
    public static float[]? Of(TrainableNetwork network, UnitParts unit)
    {
        var constants = new float[unit.Faces.Count];
        for (int i = 0; i < constants.Length; i++)
        {
            UnitFace face = unit.Faces[i];
            if (face.Value < 0) return null;

            // The channel of the shape that the face begins in; where the unit is several channels, all have to be the same.
            Shape shape = network.Layers[face.Value].OutputShape;
            int area = shape.Height * shape.Width;
            if (At(network, face.Value, face.First / area) is not float constant) return null;
            for (int place = face.First + area; place < face.First + face.Length; place += area)
            {
                if (At(network, face.Value, place / area) != constant) return null;
            }

            constants[i] = constant;
        }

        return constants;
    }

    private static float? At(TrainableNetwork network, int value, int channel)
    {
        if (value < 0) return null;
        TrainableLayer layer = network.Layers[value];
        IReadOnlyList<int> sources = network.SourcesOf(value);
        float? sum = layer switch
        {
            TrainableWeightedLayer weighted => OfRow(new UnitRow(weighted, channel)),
            TrainableBatchNormalization normalization => Normalized(normalization, channel, At(network, sources[0], channel)),
            TrainablePooling pooling => Pooled(pooling.Model, At(network, sources[0], channel)),
            TrainableFlatten => At(network, sources[0], channel / (layer.InputShape.Height * layer.InputShape.Width)),
            TrainableDropout => At(network, sources[0], channel),
            TrainableAddition => Sum(sources.Select(source => At(network, source, channel))),
            TrainableConcatenation => OfPart(network, layer, sources, channel),
            _ => null,
        };
        if (sum is not float number) return null;
        Span<float> result = [number];
        ActivationFunction.Apply(layer.Activation, result, 1);
        return result[0];
    }

    private static float? OfRow(UnitRow row) => row.Weights.ContainsAnyExcept(0f) ? null : row.Bias;

    private static float? Normalized(TrainableBatchNormalization layer, int channel, float? input)
    {
        double slope = layer.Scale.Values[channel] / Math.Sqrt((double)layer.RunningVariance.Values[channel] + layer.Epsilon);
        float offset = (float)(layer.Shift.Values[channel] - layer.RunningMean.Values[channel] * slope);
        return (float)slope == 0 ? offset : input * (float)slope + offset;
    }

    // A mean that counts padding is nearer to 0 at the border.
    private static float? Pooled(PoolingLayer layer, float? input) => layer.CountPadding && input != 0 ? null : input;

    private static float? Sum(IEnumerable<float?> terms) => terms.Aggregate((sum, term) => sum + term);

    private static float? OfPart(TrainableNetwork network, TrainableLayer layer, IReadOnlyList<int> sources, int channel)
    {
        int input = 0;
        for (; channel >= layer.InputShapeAt(input).Channels; input++) channel -= layer.InputShapeAt(input).Channels;
        return At(network, sources[input], channel);
    }
}
