using System;
using System.Collections.Generic;

namespace Espalier.Compilation.Model;

/// <summary>A trained network: the one model that the trainer writes, the text format spells, and the compiler lowers.</summary>
/// <param name="Name">An identifier; the default name of the generated class.</param>
/// <param name="InputShape">The shape of one input sample.</param>
/// <param name="Layers">
/// The layers in order: an acyclic graph, each layer reading what earlier ones yield (<see cref="Layer.Sources"/>), the last one yielding
/// the network's output.
/// </param>
/// <param name="Samples">Inputs with reference outputs, for self-checks.</param>
public sealed record Network(string Name, Shape InputShape, EquatableArray<Layer> Layers, EquatableArray<Sample> Samples)
{
    /// <summary>The shape of one output.</summary>
    public Shape OutputShape => Layers.Length == 0 ? InputShape : Layers[Layers.Length - 1].OutputShape;

    /// <summary>The activation of the last layer.</summary>
    public Activation OutputActivation => Layers.Length > 0 ? Layers[Layers.Length - 1].Activation : Activation.Identity;

    /// <summary>The number of stored weights of all layers, biases not counted.</summary>
    public int WeightCount
    {
        get
        {
            int count = 0;
            foreach (Layer layer in Layers) count += layer is WeightedLayer weighted ? weighted.Weights.Count : 0;
            return count;
        }
    }

    /// <summary>Whether each layer reads the one before it and nothing else.</summary>
    public bool IsChain
    {
        get
        {
            for (int i = 0; i < Layers.Length; i++)
            {
                int[] sources = SourcesOf(i);
                if (sources.Length != 1 || sources[0] != i - 1) return false;
            }

            return true;
        }
    }

    /// <summary>The layers that layer <paramref name="index"/> reads, in the order of its inputs; -1 is the network's input.</summary>
    /// <exception cref="InvalidOperationException">A source is no earlier layer: the network has a fault.</exception>
    public int[] SourcesOf(int index)
    {
        EquatableArray<string> names = Layers[index].Sources;
        if (names.Length == 0) return [index - 1];
        var sources = new int[names.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = IndexOf(names[i], index)
                ?? throw new InvalidOperationException(
                    $"Layer '{Layers[index].Name}' reads '{names[i]}', which no layer before it is called.");
        }

        return sources;
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
        if (FindLayerFault() is string layerFault) return layerFault;
        Shape shape = OutputShape;
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

    private string? FindLayerFault()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var unread = new HashSet<int>();
        for (int i = 0; i < Layers.Length; i++)
        {
            Layer layer = Layers[i];
            if (layer.FindFault() is string fault) return fault;
            if (!names.Add(layer.Name)) return $"Two layers are called '{layer.Name}'.";
            if (FindSourceFault(layer, i) is string sourceFault) return sourceFault;
            unread.ExceptWith(SourcesOf(i));
            unread.Add(i);
        }

        foreach (int index in unread)
        {
            if (index < Layers.Length - 1) return $"No layer reads '{Layers[index].Name}', and it is not the last.";
        }

        return null;
    }

    private string? FindSourceFault(Layer layer, int index)
    {
        int count = Math.Max(layer.Sources.Length, 1);
        if (count != layer.InputCount) return $"Layer '{layer.Name}' reads {layer.InputCount} inputs, but {count} come to it.";
        foreach (string name in layer.Sources)
        {
            if (IndexOf(name, index) is null) return $"Layer '{layer.Name}' reads '{name}', which no layer before it is called.";
        }

        int[] sources = SourcesOf(index);
        for (int i = 0; i < sources.Length; i++)
        {
            Shape comes = sources[i] < 0 ? InputShape : Layers[sources[i]].OutputShape, reads = layer.InputShapeAt(i);
            bool fits = layer is DenseLayer ? comes.Length == reads.Length : comes == reads;
            if (!fits) return $"Layer '{layer.Name}' reads {reads} values but {comes} come to it.";
        }

        return null;
    }

    /// <summary>
    /// The index of the layer called <paramref name="name"/> below <paramref name="end"/>, -1 for the input; null when there is none.
    /// </summary>
    private int? IndexOf(string name, int end)
    {
        if (name == Layer.InputName) return -1;
        for (int i = 0; i < end; i++)
        {
            if (Layers[i].Name == name) return i;
        }

        return null;
    }
}
