using System.Numerics.Tensors;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Moves the weights that are left so that a pruned network computes what it did before: layer by layer, with the inputs that the pruned
/// layers before it really give, each unit's sums are fitted to those of the dense network by one ridge regression over the weights that
/// it has left. It mends what errors of earlier layers did, and needs no gradient. Whatever chose the mask is welcome. (The reconstruction
/// of He, Zhang and Sun 2017, Channel pruning, for masks of single weights.)
/// </summary>
public static class SequentialLeastSquares
{
    /// <summary>Fits the weights and biases of <paramref name="pruned"/>; masks stay.</summary>
    /// <param name="pruned">The pruned network, which changes.</param>
    /// <param name="dense">The network before pruning, of the same layers.</param>
    /// <param name="data">The samples.</param>
    /// <param name="damping">The ridge, as of <see cref="LayerHessian"/>.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="cancellation">Ends the work, and leaves the network as it was.</param>
    /// <exception cref="EspalierException">
    /// The data do not fit, the networks differ in shape, or a system is singular; nothing has changed then.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static void Fit(
        TrainableNetwork pruned, TrainableNetwork dense, Dataset data, double damping = LayerHessian.DefaultDamping, int threads = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pruned);
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(data);
        using var engine = new ComputeEngine(threads);
        TrainableNetwork work = pruned.Clone();
        FitInPlace(engine, work, dense, data, damping, cancellation);
        new NetworkSnapshot(work).Restore(pruned);
    }

    /// <summary>As <see cref="Fit"/>; a failure leaves the network fitted in part.</summary>
    internal static void FitInPlace(
        ComputeEngine engine, TrainableNetwork pruned, TrainableNetwork dense, Dataset data, double damping, CancellationToken cancellation)
    {
        WeightedPlace[] places = WeightedLayers.Of(pruned), targets = WeightedLayers.OfSameShape(dense, pruned);
        for (int i = 0; i < places.Length; i++)
        {
            (LayerHessian hessian, double[][] crossed) = Moments(engine, places[i], pruned, dense, data, damping, cancellation);
            FitLayer(engine, places[i].Layer, targets[i].Layer, hessian, crossed, cancellation);
        }
    }

    // The moments of the pruned network's inputs x' of one layer, and of x' with the dense network's inputs x; in the first layer they are
    // the same, and often most of the work.
    private static (LayerHessian Hessian, double[][] Crossed) Moments(
        ComputeEngine engine, WeightedPlace place, TrainableNetwork pruned, TrainableNetwork dense, Dataset data, double damping,
        CancellationToken cancellation)
    {
        var own = new LayerMoments(engine.Team, place.Layer, data.Count);
        bool readsData = pruned.SourcesOf(place.Index).All(source => source < 0);
        LayerMoments? crossed = readsData ? null : new LayerMoments(engine.Team, place.Layer, data.Count, isCrossed: true);
        var sweep = new SampleSweep(pruned, data, LossKind.MeanSquaredError);
        var densePass = new NetworkPass(dense, sweep.Pass.Capacity, withGradients: false);
        sweep.Run(engine, (start, count) =>
        {
            own.Add(sweep.Pass.InputOf(place.Index), start, count);
            if (crossed is null) return;
            sweep.Pass.Input.CopyTo(densePass.Input, 0);
            densePass.Forward(engine, count);
            crossed.Add(sweep.Pass.InputOf(place.Index), start, count, densePass.InputOf(place.Index));
        }, cancellation);
        return (own.ToHessian(damping), (crossed ?? own).Means());
    }

    // The regression over all inputs is w* = H^-1 C w, with C the crossed moments; over some of them it is the best move from there.
    private static void FitLayer(
        ComputeEngine engine, TrainableWeightedLayer layer, TrainableWeightedLayer target, LayerHessian hessian, double[][] crossed,
        CancellationToken cancellation)
    {
        LayerRows rows = new(layer), targets = new(target);
        var solution = new LayerSolution(rows.Rows, rows.Inputs);
        int size = hessian.Size;
        hessian.Invert();
        RowLoop.Run(engine.Team, rows.Rows, (long)size * size, () => new SupportSolver(size), (row, solver) =>
        {
            UnitHessian own = hessian.Of(row, rows.Rows);
            double[] moments = Product(crossed[row / (rows.Rows / crossed.Length)], targets.Weights(row)),
                best = Product(own.Inverse, moments);
            for (int i = 0; i < rows.Inputs; i++)
            {
                if (own.IsDead(i)) best[i] = rows.Weights(row)[i];
            }

            solver.Solve(own, best, rows.IsLive(row), moments);
            solution.SetRow(row, rows.IsLive(row), moments);
        }, cancellation: cancellation);
        solution.Commit(layer);

        double[] Product(double[] matrix, ReadOnlySpan<double> vector)
        {
            var product = new double[size];
            for (int i = 0; i < size; i++) product[i] = TensorPrimitives.Dot(matrix.AsSpan(i * size, size), vector);
            return product;
        }
    }
}
