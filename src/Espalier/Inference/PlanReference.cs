using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// What every layer of a plan has to yield: the interpreter's values, units and inputs in the plan's order, and their bounds.
/// </summary>
internal sealed class PlanReference
{
    private readonly EquatableArray<int> _inputOrder;
    private readonly RoundingBound _bound;
    private readonly float[] _input;

    private PlanReference(Network network, EquatableArray<int> inputOrder)
    {
        (Network, _inputOrder) = (network, inputOrder);
        _bound = new RoundingBound(network);
        _input = new float[network.InputShape.Length];
    }

    /// <summary>What the plan computes.</summary>
    public Network Network { get; }

    /// <summary>The layers' values for the input that was looked at last.</summary>
    public BoundedOutputs[] Layers { get; private set; } = [];

    /// <summary>The reference of a plan; that of an earlier one which computes the same in the same order.</summary>
    public static PlanReference Of(WidthPlan plan, LoweredNetwork lowered, IEnumerable<PlanReference> others)
    {
        Network network = NetworkOf(plan, lowered);
        return others.FirstOrDefault(other => other.Network == network && other._inputOrder == plan.InputOrder)
            ?? new PlanReference(network, plan.InputOrder);
    }

    /// <summary>Computes <see cref="Layers"/>.</summary>
    /// <param name="input">The network's input, in its own order.</param>
    public void Compute(ReadOnlySpan<float> input)
    {
        for (int i = 0; i < _input.Length; i++)
        {
            int from = _inputOrder.Length > 0 ? _inputOrder[i] : i;
            _input[i] = from < 0 ? 0 : input[from];
        }

        Layers = _bound.LayersFor(_input);
    }

    private static Network NetworkOf(WidthPlan plan, LoweredNetwork lowered)
    {
        var layers = new List<Layer>();
        foreach (Stage stage in plan.Stages)
        {
            string[] sources = [.. stage.Sources.Select(source => source < 0 ? Layer.InputName : plan.Stages[source].Last.Name)];
            layers.Add(stage.Layer with { Sources = new EquatableArray<string>(sources) });
            if (stage.Pooling is not null) layers.Add(stage.Pooling with { Sources = new EquatableArray<string>([stage.Layer.Name]) });
        }

        Shape input = plan.InputOrder.Length > 0 ? Shape.Flat(plan.InputOrder.Length) : lowered.Network.InputShape;
        return new Network(lowered.Network.Name, input, new EquatableArray<Layer>(layers), default);
    }
}
