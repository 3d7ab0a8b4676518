using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Numerics;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// Folds hidden units away that contribute nothing of their own, as the Stuttgart simulator's "Noncontributing" does: constant units into
/// the biases that follow, one of two units with the same or the mirrored output into the other. The network keeps its shape; the units'
/// weights are masked.
/// </summary>
public static class UnitFolding
{
    /// <summary>
    /// Folds what the weights alone show: units that nobody reads, units without incoming weights, units with equal weights and bias, and
    /// those with all signs turned over, for tanh and identity (f(-a) = -f(a)) and the sigmoid (f(-a) = 1 - f(a)). One fold may make way
    /// for
    /// the next. The function of the network is the same; its outputs differ by the rounding of the sums that changed, and not at all where
    /// only unread units went.
    /// </summary>
    /// <param name="network">The network, which changes.</param>
    /// <returns>The units that were folded away, in order.</returns>
    /// <exception cref="EspalierException">The network has layers whose units cannot be removed.</exception>
    public static IReadOnlyList<FoldedUnit> Fold(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var layers = new UnitLayers(network);
        var folded = new List<FoldedUnit>();
        int before;
        do
        {
            before = folded.Count;
            for (int layer = 1; layer < layers.Count; layer++) FoldByWeights(layers, layer, folded);
        }
        while (folded.Count > before);
        return folded;
    }

    /// <summary>
    /// Folds what the weights show, then layer by layer what <paramref name="samples"/> show: units that stay within
    /// <paramref name="tolerance"/> of a constant, of another unit plus a constant, or of a constant less another unit, on every sample.
    /// </summary>
    /// <param name="network">The network, which changes.</param>
    /// <param name="samples">Samples to judge by. A unit that is constant on them need not be so on others.</param>
    /// <param name="tolerance">The largest deviation of a unit's output, 0 or more.</param>
    /// <param name="cancellation">Ends the work, and leaves the network with the folds done so far.</param>
    /// <returns>The units that were folded away, in order.</returns>
    /// <exception cref="EspalierException">
    /// The network has layers whose units cannot be removed, the samples do not fit it, or the tolerance is no such number.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<FoldedUnit> Fold(
        TrainableNetwork network, Dataset samples, float tolerance, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(samples);
        SampleSweep.RequireSamples(network, samples);
        if (!(tolerance >= 0 && float.IsFinite(tolerance)))
        {
            throw new EspalierException(
                FormattableString.Invariant($"A tolerance of {tolerance} makes no sense; give a number of 0 or more."));
        }

        List<FoldedUnit> folded = [.. Fold(network)];
        var layers = new UnitLayers(network);
        for (int layer = 1; layer < layers.Count; layer++)
        {
            bool[] read = layers.Read(layer);
            foreach (UnitResemblance found in UnitResemblance.Find(network, samples, layer, read, 2 * tolerance, cancellation))
            {
                var unit = new UnitId(layer, found.Unit);
                bool isThere = read[found.Unit] && (found.Twin is not int twin || read[twin]);
                if (isThere && layers.TryAbsorb(unit, found.Twin, found.Sign, found.Offset))
                {
                    read[found.Unit] = false;
                    folded.Add(new FoldedUnit(unit, found.Kind, found.Twin));
                }
            }
        }

        folded.AddRange(Fold(network));
        return folded;
    }

    private static void FoldByWeights(UnitLayers layers, int layer, List<FoldedUnit> folded)
    {
        bool[] read = layers.Read(layer);
        float[] biases = layers.Writer(layer).Biases.Values;
        Activation activation = layers.Writer(layer).Activation;
        for (int index = 0; index < read.Length; index++)
        {
            var unit = new UnitId(layer, index);
            bool isEmpty = !layers.Incoming(unit).ContainsAnyExcept(0f);
            if (!read[index])
            {
                // One that is empty too has been dealt with, in an earlier round or by a pruner.
                if (isEmpty) continue;
                layers.Remove(unit);
                folded.Add(new FoldedUnit(unit, UnitFoldKind.Unread, null));
                continue;
            }

            (UnitFoldKind kind, int? twin, float sign, float offset) = isEmpty
                ? (UnitFoldKind.Constant, null, 0, ValueAt(activation, biases[index]))
                : FindTwin(layers, unit, read, activation, biases);
            if (kind == UnitFoldKind.Unread || !layers.TryAbsorb(unit, twin, sign, offset)) continue;
            read[index] = false;
            folded.Add(new FoldedUnit(unit, kind, twin));
        }
    }

    /// <summary>
    /// An earlier unit with the same or the mirrored weights and bias; <see cref="UnitFoldKind.Unread"/> when there is none.
    /// </summary>
    private static (UnitFoldKind Kind, int? Twin, float Sign, float Offset) FindTwin(
        UnitLayers layers, UnitId unit, bool[] read, Activation activation, float[] biases)
    {
        ReadOnlySpan<float> row = layers.Incoming(unit);
        bool canMirror = activation.Kind is ActivationKind.Identity or ActivationKind.Tanh or ActivationKind.Sigmoid;
        for (int other = 0; other < unit.Unit; other++)
        {
            if (!read[other]) continue;
            ReadOnlySpan<float> weights = layers.Incoming(unit with { Unit = other });
            if (biases[other] == biases[unit.Unit] && weights.SequenceEqual(row)) return (UnitFoldKind.Duplicate, other, 1, 0);
            if (canMirror && biases[other] == -biases[unit.Unit] && IsMirrored(weights, row))
            {
                return (UnitFoldKind.Mirrored, other, -1, activation.Kind == ActivationKind.Sigmoid ? 1 : 0);
            }
        }

        return (UnitFoldKind.Unread, null, 0, 0);
    }

    private static bool IsMirrored(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != -right[i]) return false;
        }

        return true;
    }

    private static float ValueAt(Activation activation, float sum)
    {
        Span<float> value = [sum];
        ActivationFunction.Apply(activation, value, 1);
        return value[0];
    }
}
