using Espalier.Data;
using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// A layer pruned to every number of weights at once (ExactOBS; Frantar, Singh and Alistarh 2022): each unit's weights are deleted one
/// after the other down to the last, always the one that costs least, and all others move to make up for it; as units do not meet in
/// the layer's error, the layer's own order is their orders merged. The error at each number of weights can be read off, and the weights
/// are worked out for the number that is wanted.
/// </summary>
public sealed class ExactObsTrace
{
    private readonly LayerHessian _hessian;
    private readonly LayerRows _rows;
    private readonly RowPattern _pattern;
    private readonly RowTrace[] _traces;

    // The unit of each deletion in the layer's order; the sum of losses up to it; the end of the step that it belongs to.
    private readonly int[] _order, _stepEnds;
    private readonly double[] _losses;
    private readonly double[] _steepest;

    private ExactObsTrace(int layerIndex, LayerHessian hessian, LayerRows rows, RowPattern pattern, RowTrace[] traces, double scale)
    {
        (LayerIndex, _hessian, _rows, _pattern, _traces, Scale) = (layerIndex, hessian, rows, pattern, traces, scale);
        int count = traces.Sum(trace => trace.Inputs.Length);
        (_order, _stepEnds, _losses, _steepest) = (new int[count], new int[count + 1], new double[count + 1], new double[count + 1]);
        Merge();
    }

    /// <summary>The layer's name.</summary>
    public string LayerName => _hessian.LayerName;

    /// <summary>The place of the layer's weights in the network's prunable parameters, from 0.</summary>
    public int LayerIndex { get; }

    /// <summary>The weights that live before anything is removed: the largest number that can be kept.</summary>
    public int Most => _rows.LiveCount;

    /// <summary>The smallest number of weights that the pattern lets keep.</summary>
    public int Least => Most - _order.Length;

    /// <summary>
    /// Half the mean square of the layer's sums, summed over its units: what losses of different layers can be measured by.
    /// </summary>
    public double Scale { get; }

    /// <summary>Traces all layers of a network that have weights, as it stands.</summary>
    /// <param name="network">The network; it does not change.</param>
    /// <param name="data">The samples by which errors are measured.</param>
    /// <param name="layout">
    /// Which weights leave together, by a pattern that <see cref="ExactObs.CanFollow"/>; null for each by itself.
    /// </param>
    /// <param name="damping">See <see cref="LayerHessian"/>.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="progress">Told the part that is done, 0 to 1; or null.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">The data do not fit, or a Hessian is singular.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static IReadOnlyList<ExactObsTrace> ComputeAll(
        TrainableNetwork network, Dataset data, PatternLayout? layout = null, double damping = LayerHessian.DefaultDamping,
        int threads = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using var engine = new ComputeEngine(threads);
        IReadOnlyList<LayerHessian> hessians = LayerHessian.ComputeAll(engine, network, data, damping, cancellation);
        TrainableWeightedLayer[] layers = Array.ConvertAll(WeightedLayers.Of(network), place => place.Layer);
        double[] work = [.. layers.Select(layer => layer.Weights.Rows * Math.Pow(layer.Weights.Columns, 3))];
        double all = work.Sum(), done = 0;
        var traces = new ExactObsTrace[layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            double part = work[i] / all, before = done;
            traces[i] = Compute(engine, i, layers[i], hessians[i], RowPattern.Of(layout, i, layers[i].Weights.Columns),
                progress is null ? null : fraction => progress.Report(before + part * fraction), cancellation);
            done += part;
        }

        return traces;
    }

    /// <summary>Traces one layer as it stands.</summary>
    /// <param name="network">The network; it does not change.</param>
    /// <param name="layerIndex">The place of the layer's weights in the network's prunable parameters, from 0.</param>
    /// <param name="hessian">The layer's Hessian.</param>
    /// <param name="layout">
    /// Which weights leave together, by a pattern that <see cref="ExactObs.CanFollow"/>; null for each by itself.
    /// </param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="progress">Told the part that is done, 0 to 1; or null.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">The Hessian is singular.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static ExactObsTrace Compute(
        TrainableNetwork network, int layerIndex, LayerHessian hessian, PatternLayout? layout = null, int threads = 0,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(hessian);
        using var engine = new ComputeEngine(threads);
        TrainableWeightedLayer layer = WeightedLayers.Of(network)[layerIndex].Layer;
        return Compute(engine, layerIndex, layer, hessian, RowPattern.Of(layout, layerIndex, layer.Weights.Columns),
            progress is null ? null : progress.Report, cancellation);
    }

    /// <summary>
    /// The loss when <paramref name="keep"/> weights stay: half the mean square by which the layer's sums move, summed over its units, with
    /// the inputs that it was measured on; the damping counts as further inputs.
    /// </summary>
    /// <param name="keep">From <see cref="Least"/> to <see cref="Most"/>.</param>
    public double LossAt(int keep) => _losses[StepEnd(keep)];

    /// <summary>
    /// The number of weights that are really left when <paramref name="keep"/> are asked for: as many, or fewer by less than a block where
    /// blocks leave as a whole.
    /// </summary>
    /// <param name="keep">From <see cref="Least"/> to <see cref="Most"/>.</param>
    public int Reached(int keep) => Most - StepEnd(keep);

    /// <summary>
    /// The greatest loss of a single deletion on the way to <paramref name="keep"/> weights: it never falls as fewer are kept, and so
    /// orders the weights of several layers among each other.
    /// </summary>
    /// <param name="keep">From <see cref="Least"/> to <see cref="Most"/>.</param>
    public double SteepestAt(int keep) => _steepest[StepEnd(keep)];

    /// <summary>
    /// Prunes the layer to <paramref name="keep"/> weights, in the network that was traced or in a copy of it. It always starts from the
    /// weights that were traced, so that it can be called again with more or fewer.
    /// </summary>
    /// <param name="network">The network, of which the layer's weights, mask and biases are set.</param>
    /// <param name="keep">From <see cref="Least"/> to <see cref="Most"/>.</param>
    /// <exception cref="ArgumentException">The network's layer has other sizes.</exception>
    public void Apply(TrainableNetwork network, int keep)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var engine = new ComputeEngine(threads: 0);
        LayerSolution solution = Solve(engine, keep, CancellationToken.None);
        TrainableWeightedLayer layer = WeightedLayers.Of(network)[LayerIndex].Layer;
        if ((layer.Weights.Rows, layer.Weights.Columns) != (_rows.Rows, _rows.Inputs))
        {
            throw new ArgumentException($"Layer {layer.Name} is not of the size that was traced.", nameof(network));
        }

        solution.Commit(layer);
    }

    internal static ExactObsTrace Compute(
        ComputeEngine engine, int layerIndex, TrainableWeightedLayer layer, LayerHessian hessian, RowPattern pattern,
        Action<double>? progress, CancellationToken cancellation)
    {
        if (hessian.Inputs != layer.Weights.Columns)
        {
            throw new ArgumentException(
                $"A Hessian of {hessian.Inputs} inputs for {layer.Weights.Columns} of {layer.Name}.", nameof(hessian));
        }

        var rows = new LayerRows(layer);
        var traces = new RowTrace[rows.Rows];
        var energies = new double[rows.Rows];
        hessian.Invert();
        long nanoseconds = (long)(Math.Pow(hessian.Size, 3) / 60);
        RowLoop.Run(engine.Team, rows.Rows, nanoseconds, () => new RowTracer(hessian.Size, pattern), (row, tracer) =>
        {
            UnitHessian own = hessian.Of(row, rows.Rows);
            double[] weights = rows.Weights(row).ToArray();
            for (int i = 0; i < rows.Inputs; i++)
            {
                if (own.IsDead(i)) weights[i] = 0;
            }

            traces[row] = tracer.Trace(own, weights, rows.IsLive(row));
            energies[row] = own.Energy(weights);
        }, progress, cancellation);
        return new ExactObsTrace(layerIndex, hessian, rows, pattern, traces, energies.Sum());
    }

    /// <summary>The layer with <paramref name="keep"/> weights.</summary>
    internal LayerSolution Solve(ComputeEngine engine, int keep, CancellationToken cancellation)
    {
        var removed = new int[_rows.Rows];
        int end = StepEnd(keep);
        foreach (int row in _order.AsSpan(0, end)) removed[row]++;
        var solution = new LayerSolution(_rows.Rows, _rows.Inputs);
        RowLoop.Run(engine.Team, _rows.Rows, (long)_rows.Inputs * _rows.Inputs, () => new SupportSolver(_hessian.Size), (row, solver) =>
        {
            bool[] kept = _rows.IsLive(row).ToArray();
            foreach (int input in _traces[row].Inputs.AsSpan(0, removed[row])) kept[input] = false;
            var weights = new double[_hessian.Size];
            solver.Solve(_hessian.Of(row, _rows.Rows), _rows.Weights(row), kept, weights);
            solution.SetRow(row, kept, weights);
        }, cancellation: cancellation);
        return solution;
    }

    private int StepEnd(int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, Least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep, Most);
        return _stepEnds[Most - keep];
    }

    // As a heap of the units' next deletions would give them: a deletion that is cheaper than one before it in its unit follows at once.
    private void Merge()
    {
        var keys = new (double Steepest, int Row, int Number)[_order.Length];
        int next = 0;
        for (int row = 0; row < _traces.Length; row++)
        {
            double steepest = 0;
            for (int i = 0; i < _traces[row].Losses.Length; i++)
            {
                steepest = Math.Max(steepest, _traces[row].Losses[i]);
                keys[next++] = (steepest, row, i);
            }
        }

        Array.Sort(keys);
        int end = keys.Length;
        _stepEnds[end] = end;
        for (int i = keys.Length - 1; i >= 0; i--)
        {
            if (i + 1 < keys.Length && !AreOneStep(keys[i], keys[i + 1])) end = i + 1;
            _stepEnds[i] = i == 0 || !AreOneStep(keys[i - 1], keys[i]) ? i : end;
        }

        for (int i = 0; i < keys.Length; i++)
        {
            _order[i] = keys[i].Row;
            _losses[i + 1] = _losses[i] + _traces[keys[i].Row].Losses[keys[i].Number];
            _steepest[i + 1] = keys[i].Steepest;
        }
    }

    private bool AreOneStep((double Steepest, int Row, int Number) first, (double Steepest, int Row, int Number) second)
    {
        RowTrace trace = _traces[first.Row];
        return _pattern.Width > 1 && first.Row == second.Row &&
            _pattern.GroupOf[trace.Inputs[first.Number]] == _pattern.GroupOf[trace.Inputs[second.Number]];
    }
}
