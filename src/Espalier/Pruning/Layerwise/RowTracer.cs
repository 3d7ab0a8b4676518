using System.Numerics.Tensors;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Deletes one unit's weights to the end of what the pattern allows, always those that cost least for each weight gone. Made once a
/// thread.
/// </summary>
internal sealed class RowTracer
{
    private readonly RowPattern _pattern;
    private readonly RowElimination _row;
    private readonly int[] _mayLeave, _inputs;
    private readonly double[] _losses, _factor, _solution;
    private readonly int _width;
    private int _deleted;

    /// <summary>Allocates for units of one layer.</summary>
    /// <param name="size">The rows of the layer's Hessians.</param>
    /// <param name="pattern">Which weights may leave.</param>
    public RowTracer(int size, RowPattern pattern)
    {
        (_pattern, _width) = (pattern, pattern.Width);
        _row = new RowElimination(size, _width);
        _mayLeave = new int[pattern.Least.Length];
        (_inputs, _losses) = (new int[size - 1], new double[size - 1]);
        (_factor, _solution) = (new double[_width * _width], new double[_width]);
    }

    /// <summary>Traces a unit.</summary>
    /// <param name="hessian">The Hessian of its layer and group.</param>
    /// <param name="weights">Its weights and bias; 0 where a weight is gone already or does nothing.</param>
    /// <param name="isLive">Whether each weight is still there.</param>
    public RowTrace Trace(UnitHessian hessian, ReadOnlySpan<double> weights, ReadOnlySpan<bool> isLive)
    {
        _row.Start(hessian.Inverse, weights);
        _deleted = 0;
        DeleteAbsent(hessian, isLive);
        CountGroups(isLive);
        while (true)
        {
            if (_row.Room < _width) _row.Compact();
            (int position, int length, double loss) = _width > 1 ? CheapestBlock() : CheapestWeight();
            if (length == 0) return new RowTrace(_inputs[.._deleted], _losses[.._deleted]);
            for (int i = position; i < position + length; i++)
            {
                int input = _row.Inputs[i];
                _mayLeave[_pattern.GroupOf[input]]--;
                (_inputs[_deleted], _losses[_deleted]) = (input, loss / length);
                _deleted++;
                Delete(hessian, i);
            }
        }
    }

    private void DeleteAbsent(UnitHessian hessian, ReadOnlySpan<bool> isLive)
    {
        for (int input = 0, position = 0; input < isLive.Length; input++, position++)
        {
            if (isLive[input]) continue;
            if (_row.Room == 0)
            {
                _row.Compact();
                position = _row.Inputs.IndexOf(input);
            }

            Delete(hessian, position);
        }

        _row.Compact();
    }

    private void CountGroups(ReadOnlySpan<bool> isLive)
    {
        Array.Clear(_mayLeave);
        for (int input = 0; input < isLive.Length; input++)
        {
            if (isLive[input]) _mayLeave[_pattern.GroupOf[input]]++;
        }

        for (int group = 0; group < _mayLeave.Length; group++) _mayLeave[group] = Math.Max(0, _mayLeave[group] - _pattern.Least[group]);
    }

    private void Delete(UnitHessian hessian, int position)
    {
        if (hessian.IsDead(_row.Inputs[position])) _row.DeleteAlone(position);
        else _row.Delete(position);
    }

    // Of equals, the one with the lowest input.
    private (int Position, int Length, double Loss) CheapestWeight()
    {
        (int best, double least) = (-1, double.PositiveInfinity);
        ReadOnlySpan<double> weights = _row.Weights, diagonal = _row.Band(0);
        ReadOnlySpan<int> inputs = _row.Inputs;
        bool isLimited = _pattern.IsLimited;
        for (int i = 0; i < weights.Length - 1; i++)
        {
            if (_row.IsGone(i) || (isLimited && _mayLeave[_pattern.GroupOf[inputs[i]]] == 0)) continue;
            double loss = weights[i] * weights[i] / diagonal[i];
            if (loss < least) (best, least) = (i, loss);
        }

        return (best, best < 0 ? 0 : 1, least / 2);
    }

    private (int Position, int Length, double Loss) CheapestBlock()
    {
        (int best, int length, double least) = (0, 0, double.PositiveInfinity);
        ReadOnlySpan<int> inputs = _row.Inputs;
        for (int start = 0, end; start < inputs.Length - 1; start = end)
        {
            int group = _pattern.GroupOf[inputs[start]];
            for (end = start + 1; end < inputs.Length - 1 && _pattern.GroupOf[inputs[end]] == group;) end++;
            if (_row.IsGone(start)) continue;
            double loss = BlockLoss(start, end - start);
            if (loss / (end - start) < least) (best, length, least) = (start, end - start, loss / (end - start));
        }

        return (best, length, least * length);
    }

    /// <summary>The rise of the error when all of a block goes: w_P^T ([H^-1]_PP)^-1 w_P / 2.</summary>
    private double BlockLoss(int start, int length)
    {
        Span<double> solution = _solution.AsSpan(0, length);
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j <= i; j++) _factor[i * length + j] = _row.Band(i - j)[start + j];
        }

        // An inverse of so many deletions may lose its definiteness to rounding: such a block is left for last.
        if (!CholeskyFactor.TryFactor(_factor, length)) return double.MaxValue;
        _row.Weights.Slice(start, length).CopyTo(solution);
        CholeskyFactor.SolveLower(_factor, length, solution);
        return TensorPrimitives.SumOfSquares<double>(solution) / 2;
    }
}
