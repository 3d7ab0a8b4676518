using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// Removes what deletions have left without effect, until nothing is: a hidden unit that nobody reads loses its incoming weights and its
/// bias; one without incoming weights is the constant f(bias), which goes into the biases of those that read it, and its outgoing weights
/// go. The function does not change.
/// </summary>
internal static class DeadUnitPass
{
    /// <summary>Runs the pass.</summary>
    /// <param name="network">The network, which changes.</param>
    /// <returns>The number of parameters that were removed; biases that came back are not taken off.</returns>
    public static int Run(FlatNetwork network)
    {
        int removed = 0, before;
        do
        {
            before = removed;
            for (int i = 0; i + 1 < network.Layers.Count; i++) removed += RunLayer(network, network.Layers[i], network.Layers[i + 1]);
        }
        while (removed > before);
        return removed;
    }

    private static int RunLayer(FlatNetwork network, FlatLayer layer, FlatLayer next)
    {
        // The units of a softmax are shares of a common sum: none is dead, and none is a constant.
        if (layer.Activation.Kind == ActivationKind.Softmax) return 0;
        int removed = 0;
        for (int unit = 0; unit < layer.Outputs; unit++)
        {
            if (!IsFed(network, layer, unit)) removed += FoldConstant(network, layer, next, unit);
            if (IsRead(network, next, unit)) continue;
            for (int input = 0; input < layer.Inputs; input++) removed += Remove(network, layer.Weight(unit, input));
            removed += Remove(network, layer.Bias(unit));
        }

        return removed;
    }

    private static int FoldConstant(FlatNetwork network, FlatLayer layer, FlatLayer next, int unit)
    {
        Span<double> constant = [network.Values[layer.Bias(unit)]];
        ScalarActivation.Apply(layer.Activation, constant);
        int removed = 0;
        for (int output = 0; output < next.Outputs; output++)
        {
            int weight = next.Weight(output, unit);
            if (!network.IsLive[weight]) continue;

            // A bias that was removed comes back in place of the weight that did its work.
            int bias = next.Bias(output);
            network.Values[bias] += network.Values[weight] * constant[0];
            network.IsLive[bias] = true;
            removed += Remove(network, weight);
        }

        return removed;
    }

    private static int Remove(FlatNetwork network, int index)
    {
        int live = network.IsLive[index] ? 1 : 0;
        network.Remove(index);
        return live;
    }

    private static bool IsFed(FlatNetwork network, FlatLayer layer, int unit) =>
        network.IsLive.AsSpan(layer.Weight(unit, 0), layer.Inputs).Contains(true);

    private static bool IsRead(FlatNetwork network, FlatLayer next, int unit)
    {
        for (int output = 0; output < next.Outputs; output++)
        {
            if (network.IsLive[next.Weight(output, unit)]) return true;
        }

        return false;
    }
}
