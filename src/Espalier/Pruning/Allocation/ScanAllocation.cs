using Espalier.Data;
using Espalier.Pruning.Criteria;
using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>
/// Allocation by a <see cref="SensitivityScan"/>: every layer keeps as few weights as it can while the loss, with this layer pruned alone,
/// rises by no more than a tolerance that is the same for all; the tolerance is what the number of weights asks for. A criterion that
/// scores no weights is stood in for by magnitude: its removals take minutes where the scan makes dozens.
/// </summary>
/// <param name="samples">The training samples that the scan looks at: the first so many.</param>
public sealed class ScanAllocation(int samples = 10_000) : LayerAllocation
{
    /// <inheritdoc/>
    public override string Name => "scan";

    /// <inheritdoc/>
    public override LayerPlan Prepare(
        PruningContext context, PruningCriterion criterion, int near, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        Dataset data = context.Train;
        if (data.Count > samples) data = data.Slice(data.Name, 0, samples);
        PruningCriterion quick = criterion as ScoreCriterion ?? new MagnitudeCriterion();
        return new Plan(context.Network, SensitivityScan.Run(context, data, quick, cancellation: cancellation));
    }

    /// <summary>The plan of a scan that was made before.</summary>
    /// <param name="network">The network that was scanned.</param>
    /// <param name="scan">The scan.</param>
    public static LayerPlan PlanOf(TrainableNetwork network, SensitivityScan scan) => new Plan(network, scan);

    private sealed class Plan : LayerPlan
    {
        private const int Halvings = 200;

        // From all weights of a layer to none, with the most that the loss rises on the way there.
        private readonly (double Weights, double Rise)[][] _curves;

        public Plan(TrainableNetwork network, SensitivityScan scan)
            : base(network)
        {
            ArgumentNullException.ThrowIfNull(scan);
            _curves = [.. scan.Layers.Select(layer => Curve(layer, scan.Dense.Loss))];
        }

        protected override IReadOnlyList<double> ProportionsFor(int keep)
        {
            double low = 0, high = _curves.Max(curve => curve[^1].Rise);
            for (int i = 0; i < Halvings && low < high; i++)
            {
                double middle = low + (high - low) / 2;
                if (middle == low || middle == high) break;
                if (_curves.Sum(curve => WeightsWithin(curve, middle)) > keep) low = middle;
                else high = middle;
            }

            return [.. _curves.Select(curve => Math.Max(1, WeightsWithin(curve, high)))];
        }

        // What lies beyond the scan is taken to cost as much again for each further halving.
        private static (double Weights, double Rise)[] Curve(LayerSensitivity layer, double loss)
        {
            var curve = new List<(double Weights, double Rise)> { (layer.Live, 0) };
            foreach (SensitivityPoint point in layer.Points)
            {
                curve.Add((point.Weights, Math.Max(curve[^1].Rise, point.After.Loss - loss)));
            }

            for ((double weights, double rise) = curve[^1]; weights > 1;)
            {
                (weights, rise) = (Math.Max(1, weights / 2), 2 * Math.Max(rise, 1e-9));
                curve.Add((weights, rise));
            }

            return [.. curve];
        }

        private static double WeightsWithin((double Weights, double Rise)[] curve, double rise)
        {
            int next = Array.FindIndex(curve, point => point.Rise > rise);
            if (next <= 0) return curve[^1].Weights;
            ((double before, double lower), (double after, double higher)) = (curve[next - 1], curve[next]);
            return before + (after - before) * (rise - lower) / (higher - lower);
        }
    }
}
