using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The second derivatives of a layer's squared error by the weights of its units, Psi = (1/n) sum [x;1] [x;1]^T over n samples of the
/// layer's inputs x: the same matrix for all units (Dong, Chen and Pan 2017, equation 4). Of a convolution, x is the patch under a filter,
/// and the sum runs over the positions too; filters of different groups have different matrices.
/// </summary>
/// <remarks>
/// Of a convolution with more than a million patches in all samples, each image gives only every n-th of its positions, shifted from image
/// to image, and these count for the others.
/// </remarks>
public sealed class LayerHessian
{
    /// <summary>The usual damping.</summary>
    public const double DefaultDamping = 1e-4;

    /// <summary>Takes second moments of inputs that all units read.</summary>
    /// <param name="layerName">The layer's name, for error messages.</param>
    /// <param name="moments">The mean of [x;1] [x;1]^T, (inputs + 1) x (inputs + 1), symmetric; copied.</param>
    /// <param name="damping">
    /// What is added to the diagonal at each input that ever differs from zero, as a part of the mean of the diagonal there; at least 0.
    /// </param>
    /// <exception cref="EspalierException">The damping is negative or not finite, or the moments are not finite.</exception>
    public LayerHessian(string layerName, ReadOnlySpan<double> moments, double damping = DefaultDamping)
        : this([new UnitHessian(layerName, moments, damping)])
    {
    }

    private LayerHessian(UnitHessian[] groups) => Groups = groups;

    /// <summary>The layer's name.</summary>
    public string LayerName => Groups[0].LayerName;

    /// <summary>The number of inputs of a unit.</summary>
    public int Inputs => Groups[0].Inputs;

    /// <summary>One matrix for each group of units that read the same inputs.</summary>
    internal IReadOnlyList<UnitHessian> Groups { get; }

    /// <summary>The number of rows of a matrix: of the inputs and the bias.</summary>
    internal int Size => Groups[0].Size;

    /// <summary>The Hessians of all layers with weights, in the order of the network's prunable parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The samples.</param>
    /// <param name="damping">See the constructor.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">The data do not fit the network.</exception>
    public static IReadOnlyList<LayerHessian> ComputeAll(
        TrainableNetwork network, Dataset data, double damping = DefaultDamping, int threads = 0, CancellationToken cancellation = default)
    {
        using var engine = new ComputeEngine(threads);
        return ComputeAll(engine, network, data, damping, cancellation);
    }

    internal static IReadOnlyList<LayerHessian> ComputeAll(
        ComputeEngine engine, TrainableNetwork network, Dataset data, double damping, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        RequireDamping(damping);
        WeightedPlace[] places = WeightedLayers.Of(network);
        LayerMoments[] moments = [.. places.Select(place => new LayerMoments(engine.Team, place.Layer, data.Count))];
        var sweep = new SampleSweep(network, data, LossKind.MeanSquaredError);
        sweep.Run(engine, (start, count) =>
        {
            for (int i = 0; i < moments.Length; i++) moments[i].Add(sweep.Pass.InputOf(places[i].Index), start, count);
        }, cancellation);
        return [.. moments.Select(layer => layer.ToHessian(damping))];
    }

    /// <summary>Takes the moments of each group of units.</summary>
    internal static LayerHessian OfGroups(string layerName, IReadOnlyList<double[]> moments, double damping) =>
        new([.. moments.Select(group => new UnitHessian(layerName, group, damping))]);

    /// <summary>The matrix of a unit.</summary>
    /// <param name="row">The unit.</param>
    /// <param name="rows">The number of the layer's units.</param>
    internal UnitHessian Of(int row, int rows) => Groups[row / (rows / Groups.Count)];

    /// <summary>Works all inverses out, which units on several threads then share.</summary>
    /// <exception cref="EspalierException">A matrix is singular.</exception>
    internal void Invert()
    {
        foreach (UnitHessian group in Groups) _ = group.Inverse;
    }

    /// <exception cref="EspalierException">The damping is negative or not finite.</exception>
    internal static void RequireDamping(double damping)
    {
        if (!(damping >= 0 && double.IsFinite(damping)))
        {
            throw new EspalierException(FormattableString.Invariant(
                $"A damping of {damping} cannot be; give 0 or a small part of 1, such as 1e-4."));
        }
    }
}
