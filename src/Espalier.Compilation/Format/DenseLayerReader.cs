using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads a fully connected layer.</summary>
internal static class DenseLayerReader
{
    /// <summary>Reads from the space behind the layer's kind and sources on; null after an error.</summary>
    public static DenseLayer? Read(LineCursor cursor, LayerHead head, int maxWeights)
    {
        if (!cursor.SpacedNumber("the number of inputs", 1, ModelLimits.MaxValues, out int inputs)) return null;
        if (inputs != head.Shape.Length)
        {
            cursor.FailToken($"Layer '{head.Name}' reads {inputs} values, but {head.Shape.Length} come to it.");
            return null;
        }

        if (!cursor.SpacedNumber("the number of outputs", 1, ModelLimits.MaxValues, out int outputs)) return null;
        if (!LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        if (WeightRowReader.Read(cursor, "output", outputs, inputs, maxWeights) is not var (weights, biases)) return null;
        return new DenseLayer(head.Name, weights, biases, activation);
    }
}
