using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// Folds hidden units away that contribute nothing of their own, as the Stuttgart simulator's "Noncontributing" does: constant units into
/// the biases that follow, one of two units with the same or the mirrored output into the other. The network keeps its shape; the units'
/// weights are masked. A filter folds like a unit, but for one thing: where a convolution that reads it pads, a constant in its place would
/// go on beyond the border, so what takes a constant other than 0 is left alone there.
/// </summary>
public static class UnitFolding
{
    /// <summary>
    /// Folds what the weights alone show: units that nobody reads, units without incoming weights, units with equal weights and bias, and
    /// those with all signs turned over, for tanh and identity (f(-a) = -f(a)) and the sigmoid (f(-a) = 1 - f(a)). One fold may make way
    /// for the next. The function of the network is the same; its outputs differ by the rounding of the sums that changed, and not at all
    /// where only unread units went.
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
            foreach (UnitResemblance found in UnitResemblance.Find(layers, samples, layer, read, 2 * tolerance, cancellation))
            {
                var unit = new UnitId(layer, found.Unit);
                bool isThere = read[found.Unit] && (found.Twin is not int twin || read[twin]);
                if (isThere && TryFold(layers, unit, found.Twin, found.Sign, [found.Offset]))
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
        for (int index = 0; index < read.Length; index++)
        {
            var unit = new UnitId(layer, index);
            UnitParts parts = layers[unit];
            if (!read[index])
            {
                // One that is empty too has been dealt with, in an earlier round or by a pruner.
                if (parts.Rows.All(row => !row.Weights.ContainsAnyExcept(0f))) continue;
                layers.Remove(unit);
                folded.Add(new FoldedUnit(unit, UnitFoldKind.Unread, null));
                continue;
            }

            (UnitFoldKind kind, int? twin, float sign, float[] offsets) = UnitConstants.Of(layers.Network, parts) is float[] constants
                ? (UnitFoldKind.Constant, null, 0, constants)
                : FindTwin(layers, unit, read);
            if (kind == UnitFoldKind.Unread || !TryFold(layers, unit, twin, sign, offsets)) continue;
            read[index] = false;
            folded.Add(new FoldedUnit(unit, kind, twin));
        }
    }

    /// <summary>Absorbs a unit, unless padding stands in the way: behind the border its constant would be missed.</summary>
    private static bool TryFold(UnitLayers layers, UnitId unit, int? twin, float sign, float[] offsets) =>
        layers[unit].Reads.All(read => !read.IsPadded || offsets[offsets.Length == 1 ? 0 : read.FaceIndex] == 0)
        && layers.TryAbsorb(unit, twin, sign, offsets);

    /// <summary>
    /// An earlier unit with the same or the mirrored weights and bias; <see cref="UnitFoldKind.Unread"/> when there is none.
    /// </summary>
    private static (UnitFoldKind Kind, int? Twin, float Sign, float[] Offsets) FindTwin(UnitLayers layers, UnitId unit, bool[] read)
    {
        UnitParts parts = layers[unit];
        bool canMirror = CanMirror(layers.Network, parts);
        for (int other = 0; other < unit.Unit; other++)
        {
            UnitParts twin = layers[unit with { Unit = other }];
            if (!read[other]) continue;
            if (IsTwin(parts, twin, 1)) return (UnitFoldKind.Duplicate, other, 1, [0]);
            if (!canMirror || !IsTwin(parts, twin, -1)) continue;
            bool isSigmoid = parts.Rows[0].Layer.Activation.Kind == ActivationKind.Sigmoid;
            return (UnitFoldKind.Mirrored, other, -1, [isSigmoid ? 1 : 0]);
        }

        return (UnitFoldKind.Unread, null, 0, [0]);
    }

    /// <summary>Whether all that makes one unit is <paramref name="sign"/> times what makes the other, and both lie alike.</summary>
    private static bool IsTwin(UnitParts unit, UnitParts twin, float sign)
    {
        // Biases tell nearly all units apart, at little cost.
        if (unit.Rows.Count != twin.Rows.Count || twin.Rows[0].Bias != sign * unit.Rows[0].Bias || !unit.IsCongruent(twin)) return false;
        for (int i = 0; i < unit.Rows.Count; i++)
        {
            if (twin.Rows[i].Bias != sign * unit.Rows[i].Bias) return false;
            ReadOnlySpan<float> left = unit.Rows[i].Weights, right = twin.Rows[i].Weights;
            for (int j = 0; j < left.Length; j++)
            {
                if (right[j] != sign * left[j]) return false;
            }
        }

        return unit.Channels.Zip(twin.Channels).All(pair => pair.First.Layer.Parameters.All(
            parameter => parameter.Values[pair.First.Channel] == parameter.Values[pair.Second.Channel]));
    }

    /// <summary>Whether the negative of a unit's sum shows at its readers as that of its output, or for a sigmoid as 1 less it.</summary>
    private static bool CanMirror(TrainableNetwork network, UnitParts unit)
    {
        return unit.Rows is [UnitRow row]
            && row.Layer.Activation.Kind is ActivationKind.Identity or ActivationKind.Tanh or ActivationKind.Sigmoid
            && unit.Places.Skip(1).All(place => IsMirrored(network.Layers[place.Value]));

        static bool IsMirrored(TrainableLayer layer) => layer.Activation.Kind == ActivationKind.Identity
            && layer is TrainableFlatten or TrainableDropout or TrainableConcatenation
                or TrainablePooling { Model: { Kind: PoolingKind.Average, CountPadding: false } };
    }
}
