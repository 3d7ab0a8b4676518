using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// One layer in the hands of <see cref="LayerwiseObs"/>: its weights as moved so far, what is left of them, their sensitivities.
/// </summary>
internal sealed class LayerwiseObsLayer
{
    private readonly LayerHessian _hessian;
    private readonly LayerRows _start;
    private readonly bool _isExact;
    private readonly double[] _weights;
    private readonly bool[] _isLive;

    /// <summary>Takes a layer as it stands.</summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="layer">The layer, which does not change.</param>
    /// <param name="hessian">Its Hessian.</param>
    /// <param name="isExact">Whether each unit's inverse is of the weights that it has left, or one is good for all.</param>
    /// <param name="cancellation">Ends the work.</param>
    public LayerwiseObsLayer(
        ComputeEngine engine, TrainableWeightedLayer layer, LayerHessian hessian, bool isExact, CancellationToken cancellation = default)
    {
        (_hessian, _isExact, _start) = (hessian, isExact, new LayerRows(layer));
        _weights = new double[_start.Rows * hessian.Size];
        _isLive = new bool[_start.Rows * _start.Inputs];
        Sensitivities = new double[_isLive.Length];
        for (int row = 0; row < _start.Rows; row++)
        {
            _start.Weights(row).CopyTo(Weights(row));
            _start.IsLive(row).CopyTo(IsLive(row));
            Scale += hessian.Of(row, _start.Rows).Energy(_start.Weights(row));
        }

        ForRows(engine, (row, tools) => tools.Measure(row), cancellation);
    }

    /// <summary>Half the mean square of the layer's sums, summed over its units.</summary>
    public double Scale { get; }

    /// <summary>L_q of each weight, outputs x inputs; 0 where it is gone.</summary>
    public double[] Sensitivities { get; }

    /// <summary>The sensitivities as scores for a selection, in parts of <paramref name="unit"/>.</summary>
    public float[] Scores(double unit) => Array.ConvertAll(Sensitivities, value => (float)(value / unit));

    /// <summary>The number of weights left that are less sensitive than the square of <paramref name="tolerance"/>, or just as.</summary>
    public int CountWithin(double tolerance)
    {
        int count = 0;
        for (int i = 0; i < _isLive.Length; i++)
        {
            if (_isLive[i] && Math.Sqrt(Sensitivities[i]) <= tolerance) count++;
        }

        return count;
    }

    /// <summary>
    /// Takes the weights out that <paramref name="mask"/> no longer has, and moves the others; where one inverse is good for all,
    /// sensitivities stay as they were.
    /// </summary>
    public void Follow(ComputeEngine engine, uint[] mask, CancellationToken cancellation)
    {
        ForRows(engine, (row, tools) =>
        {
            Span<bool> isLive = IsLive(row);
            ReadOnlySpan<uint> words = mask.AsSpan(row * _start.Inputs, _start.Inputs);
            var gone = new List<int>();
            for (int i = 0; i < isLive.Length; i++)
            {
                if (isLive[i] && words[i] == Parameter.Removed) gone.Add(i);
            }

            if (gone.Count == 0) return;
            foreach (int i in gone) isLive[i] = false;
            if (!_isExact)
            {
                MoveOneByOne(row, gone);
                return;
            }

            tools.Solve(row);
            tools.Measure(row);
        }, cancellation);
    }

    /// <summary>The layer as it has become.</summary>
    public LayerSolution ToSolution()
    {
        var solution = new LayerSolution(_start.Rows, _start.Inputs);
        for (int row = 0; row < _start.Rows; row++) solution.SetRow(row, IsLive(row), Weights(row));
        return solution;
    }

    // Equation 5 for each in the order of sensitivities, with one inverse for all. What it does to weights that are gone is never read.
    private void MoveOneByOne(int row, List<int> gone)
    {
        int size = _hessian.Size;
        UnitHessian hessian = _hessian.Of(row, _start.Rows);
        double[] sensitivities = Sensitivities, inverse = hessian.Inverse;
        int first = row * _start.Inputs;
        Span<double> weights = Weights(row);
        foreach (int i in gone.OrderBy(i => sensitivities[first + i]).ThenBy(i => i))
        {
            if (hessian.IsDead(i)) continue;
            ReadOnlySpan<double> column = inverse.AsSpan(i * size, size);
            TensorPrimitives.MultiplyAdd(column, -weights[i] / column[i], weights, weights);
        }
    }

    private void ForRows(ComputeEngine engine, Action<int, Tools> body, CancellationToken cancellation)
    {
        _hessian.Invert();
        RowLoop.Run(engine.Team, _start.Rows, (long)_hessian.Size * _hessian.Size, () => new Tools(this), body, cancellation: cancellation);
    }

    private Span<double> Weights(int row) => _weights.AsSpan(row * _hessian.Size, _hessian.Size);

    private Span<bool> IsLive(int row) => _isLive.AsSpan(row * _start.Inputs, _start.Inputs);

    /// <summary>What one thread works with.</summary>
    private sealed class Tools(LayerwiseObsLayer layer)
    {
        private readonly SupportSolver? _solver = layer._isExact ? new(layer._hessian.Size) : null;
        private readonly RestrictedInverse? _inverse = layer._isExact ? new(layer._hessian.Size) : null;
        private readonly double[] _diagonal = new double[layer._hessian.Size];

        public void Solve(int row) => _solver!.Solve(Hessian(row), layer._start.Weights(row), layer.IsLive(row), layer.Weights(row));

        public void Measure(int row)
        {
            UnitHessian hessian = Hessian(row);
            ReadOnlySpan<double> weights = layer.Weights(row);
            ReadOnlySpan<bool> isLive = layer.IsLive(row);
            if (_inverse is not null) _inverse.Diagonal(hessian, isLive, _diagonal);
            else for (int i = 0; i < _diagonal.Length; i++) _diagonal[i] = hessian.Inverse[i * hessian.Size + i];
            Span<double> sensitivities = layer.Sensitivities.AsSpan(row * isLive.Length, isLive.Length);
            for (int i = 0; i < isLive.Length; i++)
            {
                sensitivities[i] = isLive[i] && !hessian.IsDead(i) ? weights[i] * weights[i] / (2 * _diagonal[i]) : 0;
            }
        }

        private UnitHessian Hessian(int row) => layer._hessian.Of(row, layer._start.Rows);
    }
}
