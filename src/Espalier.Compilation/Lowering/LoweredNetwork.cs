using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// A network on its way to code: the passes rewrite <see cref="Network"/> and then add their decisions. Compares by value in time that
/// does not grow with the weights (they compare by content hash), so that an incremental generator can cache it.
/// </summary>
/// <remarks>
/// Generated code equals the reference interpreter over <see cref="Network"/> to the bit. Against the network that went in, it is equal to
/// the bit too unless a unit without incoming weights was folded into the next biases or equal units were merged: then the remaining terms
/// regroup and results may differ by rounding (<see cref="SumsRegrouped"/>).
/// </remarks>
/// <param name="Header">The facts that the public surface depends on, of the network that went in.</param>
/// <param name="Content">The hash of the network that went in, samples left out.</param>
/// <param name="Network">The network as the passes left it.</param>
/// <param name="Options">The user's decisions.</param>
public sealed record LoweredNetwork(NetworkHeader Header, ContentHash Content, Network Network, LoweringOptions Options)
{
    /// <summary>How many constant units were folded into biases.</summary>
    public int FoldedUnits { get; init; }

    /// <summary>How many units were merged into an equal one.</summary>
    public int MergedUnits { get; init; }

    /// <summary>Whether results may differ by rounding from those of the network that went in.</summary>
    public bool SumsRegrouped => FoldedUnits > 0 || MergedUnits > 0;

    /// <summary>One choice for each layer; empty until kernels are chosen.</summary>
    public EquatableArray<KernelChoice> Kernels { get; init; }

    /// <summary>The workspace; null until it is planned.</summary>
    public ScratchPlan? Scratch { get; init; }

    /// <summary>The generated methods, in the order of layers, units and terms; empty until the layers are split.</summary>
    public EquatableArray<MethodPart> Methods { get; init; }

    /// <summary>What the passes did.</summary>
    public EquatableArray<PassNote> Notes { get; init; }

    /// <summary>The number of layers.</summary>
    public int LayerCount => Network.Layers.Length;

    /// <summary>The layer at <paramref name="index"/>.</summary>
    /// <exception cref="NotSupportedException">Its kind has no kernel.</exception>
    public DenseLayer Dense(int index)
    {
        Layer layer = Network.Layers[index];
        return layer as DenseLayer
            ?? throw new NotSupportedException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which has no kernel.");
    }

    /// <summary>The bytes of scratch memory for the outputs of the layer at <paramref name="index"/>; none for the last one.</summary>
    /// <exception cref="NotSupportedException">Its kind has no kernel.</exception>
    public long ScratchBytes(int index) => index == LayerCount - 1 ? 0 : sizeof(float) * (long)Dense(index).Weights.Rows;

    /// <summary>The same with one more note.</summary>
    internal LoweredNetwork WithNote(string pass, string text) =>
        this with { Notes = new EquatableArray<PassNote>([.. Notes, new PassNote(pass, text)]) };

    /// <summary>The same with other layers.</summary>
    internal LoweredNetwork WithLayers(Layer[] layers) =>
        this with { Network = Network with { Layers = new EquatableArray<Layer>(layers) } };
}
