using System;

namespace Espalier.Compilation.Model;

/// <summary>A trained network: the one model that the trainer writes, the text format spells, and the compiler lowers.</summary>
/// <param name="Name">An identifier; the default name of the generated class.</param>
/// <param name="InputShape">The shape of one input sample.</param>
/// <param name="Layers">The layers in order, each reading what the one before yields.</param>
/// <param name="Samples">Inputs with reference outputs, for self-checks.</param>
public sealed record Network(string Name, Shape InputShape, EquatableArray<Layer> Layers, EquatableArray<Sample> Samples)
{
    /// <summary>The shape of one output.</summary>
    public Shape OutputShape => Layers.Length == 0 ? InputShape : Layers[Layers.Length - 1].OutputShape;

    /// <summary>The activation of the last layer.</summary>
    public Activation OutputActivation =>
        Layers.Length > 0 && Layers[Layers.Length - 1] is DenseLayer last ? last.Activation : Activation.Identity;

    /// <summary>The number of stored weights of all layers, biases not counted.</summary>
    public int WeightCount
    {
        get
        {
            int count = 0;
            foreach (Layer layer in Layers)
            {
                count += layer switch
                {
                    DenseLayer dense => dense.Weights.Count,
                    _ => throw new NotSupportedException($"Layer kind {layer.GetType().Name}."),
                };
            }

            return count;
        }
    }

    /// <summary>
    /// Why the network makes no sense, or null when it does: at least one layer, valid and unique names, every layer reading
    /// the shape that comes to it, as many biases as outputs, all numbers finite, samples of the right lengths.
    /// </summary>
    public string? FindFault()
    {
        if (!Identifier.IsValid(Name))
        {
            return $"'{Name}' is not an identifier of 1 to {Identifier.MaxLength} ASCII letters, digits and underscores.";
        }

        if (InputShape.Channels < 1 || InputShape.Height < 1 || InputShape.Width < 1)
        {
            return $"The input shape {InputShape} has no element.";
        }

        if (Layers.Length == 0) return "The network has no layer.";
        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        Shape shape = InputShape;
        foreach (Layer layer in Layers)
        {
            if (!Identifier.IsValid(layer.Name)) return $"Layer name '{layer.Name}' is not an identifier.";
            if (!names.Add(layer.Name)) return $"Two layers are called '{layer.Name}'.";
            if (layer.InputShape.Length != shape.Length)
            {
                return $"Layer '{layer.Name}' reads {layer.InputShape} values but {shape} come to it.";
            }

            if (layer is DenseLayer dense && FindFault(dense) is string fault) return fault;
            shape = layer.OutputShape;
        }

        for (int i = 0; i < Samples.Length; i++)
        {
            Sample sample = Samples[i];
            if (sample.InputCount > 0 && sample.InputIndex(sample.InputCount - 1) >= InputShape.Length)
            {
                return $"Sample {i} sets input {sample.InputIndex(sample.InputCount - 1)}, but there are only {InputShape.Length}.";
            }

            if (sample.Outputs.Length != shape.Length)
            {
                return $"Sample {i} has {sample.Outputs.Length} outputs; the network has {shape.Length}.";
            }
        }

        return null;
    }

    private static string? FindFault(DenseLayer layer)
    {
        if (layer.Biases.Length != layer.Weights.Rows)
        {
            return $"Layer '{layer.Name}' has {layer.Biases.Length} biases for {layer.Weights.Rows} outputs.";
        }

        foreach (float bias in layer.Biases.Raw)
        {
            if (!FloatBits.IsFinite(bias)) return $"Layer '{layer.Name}' has a bias that is not finite.";
        }

        return FloatBits.IsFinite(layer.Activation.Alpha) ? null : $"Layer '{layer.Name}' has an activation parameter that is not finite.";
    }
}
