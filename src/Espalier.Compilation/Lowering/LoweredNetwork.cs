using System;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// A network on its way to code: the passes rewrite <see cref="Network"/> and then add their decisions. Compares by value in time that
/// does not grow with the weights (they compare by content hash), so that an incremental generator can cache it.
/// </summary>
/// <remarks>
/// The scalar plan equals the reference interpreter over <see cref="Network"/> to the bit, the others up to rounding. Against the network
/// that went in, the scalar plan is equal to the bit too unless a unit without incoming weights was folded into the next biases or equal
/// units were merged: then the remaining terms regroup and results may differ by rounding (<see cref="SumsRegrouped"/>).
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

    /// <summary>How many batch normalisations were folded into the layer before them.</summary>
    public int FoldedNormalizations { get; init; }

    /// <summary>Whether results may differ by rounding from those of the network that went in.</summary>
    public bool SumsRegrouped => FoldedUnits > 0 || MergedUnits > 0 || FoldedNormalizations > 0;

    /// <summary>
    /// The plans, one for each register width that gains something, from the widest to the scalar one, which is always there.
    /// Empty until they are made; while kernels are chosen there may be several for one width.
    /// </summary>
    public EquatableArray<WidthPlan> Plans { get; init; }

    /// <summary>The plan for the widest registers, the one that reports speak of.</summary>
    public WidthPlan Widest => Plans[0];

    /// <summary>What the passes did.</summary>
    public EquatableArray<PassNote> Notes { get; init; }

    /// <summary>The number of layers.</summary>
    public int LayerCount => Network.Layers.Length;

    /// <summary>The dense layer at <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentException">It is of another kind.</exception>
    public DenseLayer Dense(int index)
    {
        Layer layer = Network.Layers[index];
        return layer as DenseLayer ?? throw new ArgumentException($"Layer '{layer.Name}' is a {layer.GetType().Name}.", nameof(index));
    }

    /// <summary>The same with one more note.</summary>
    internal LoweredNetwork WithNote(string pass, string text) =>
        this with { Notes = new EquatableArray<PassNote>([.. Notes, new PassNote(pass, text)]) };

    /// <summary>The same with each plan changed.</summary>
    internal LoweredNetwork WithPlans(Func<WidthPlan, WidthPlan> change) =>
        this with { Plans = new EquatableArray<WidthPlan>(Plans.Select(change)) };

    /// <summary>The same with other layers.</summary>
    internal LoweredNetwork WithGraph(LayerGraph graph) => this with { Network = graph.ToNetwork() };
}
