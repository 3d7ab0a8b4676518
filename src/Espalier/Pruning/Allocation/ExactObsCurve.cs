using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>
/// The loss of a layer along its trace of ExactOBS, as a part of the mean square of its sums, so that layers of different sizes compare.
/// </summary>
/// <param name="trace">The trace.</param>
public sealed class ExactObsCurve(ExactObsTrace trace) : ILayerLossCurve
{
    /// <inheritdoc/>
    public int Least => trace.Least;

    /// <inheritdoc/>
    public int Most => trace.Most;

    /// <summary>Traces all layers of a network, for <see cref="SpdyAllocation"/>.</summary>
    /// <exception cref="EspalierException">The data do not fit, or a Hessian is singular.</exception>
    public static IReadOnlyList<ILayerLossCurve> OfAll(PruningContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        IReadOnlyList<ExactObsTrace> traces = ExactObsTrace.ComputeAll(context.Network, context.Train, cancellation: cancellation);
        return [.. traces.Select(trace => new ExactObsCurve(trace))];
    }

    /// <inheritdoc/>
    public double LossAt(int keep) => trace.Scale > 0 ? trace.LossAt(keep) / trace.Scale : 0;

    /// <inheritdoc/>
    public void Apply(TrainableNetwork network, int keep) => trace.Apply(network, keep);
}
