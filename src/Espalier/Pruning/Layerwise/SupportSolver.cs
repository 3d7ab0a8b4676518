using System.Numerics.Tensors;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Moves the weights of one unit that stay to where the layer's error is least: w_S = H_SS^-1 (H w)_S, or, by those that go,
/// w_S - [H^-1]_SQ ([H^-1]_QQ)^-1 w_Q; whichever system is the smaller. Made once a thread.
/// </summary>
/// <param name="size">The rows of the Hessians.</param>
internal sealed class SupportSolver(int size)
{
    private readonly double[] _system = new double[size * size], _side = new double[size];
    private readonly int[] _stay = new int[size], _go = new int[size];

    /// <summary>Solves for one unit.</summary>
    /// <param name="hessian">The Hessian of its layer and group.</param>
    /// <param name="weights">The weights, zero where they are gone already, and the bias.</param>
    /// <param name="kept">Whether each weight stays; those of dead inputs stay as they are.</param>
    /// <param name="solution">Receives the weights, zero where they go, and the bias.</param>
    public void Solve(UnitHessian hessian, ReadOnlySpan<double> weights, ReadOnlySpan<bool> kept, Span<double> solution)
    {
        (int stay, int go) = (0, 0);
        for (int i = 0; i < hessian.Size; i++)
        {
            bool isKept = i == hessian.Inputs || kept[i];
            solution[i] = isKept ? weights[i] : 0;
            if (hessian.IsDead(i)) continue;
            if (isKept) _stay[stay++] = i;
            else _go[go++] = i;
        }

        if (go == 0) return;
        if (go < stay) MoveBy(hessian, _go.AsSpan(0, go), _stay.AsSpan(0, stay), weights, solution);
        else SolveFor(hessian, _stay.AsSpan(0, stay), weights, solution);
    }

    private void MoveBy(
        UnitHessian hessian, ReadOnlySpan<int> go, ReadOnlySpan<int> stay, ReadOnlySpan<double> weights, Span<double> solution)
    {
        Span<double> side = _side.AsSpan(0, go.Length);
        for (int i = 0; i < go.Length; i++) side[i] = weights[go[i]];
        hessian.FactorPart(hessian.Inverse, go, _system);
        CholeskyFactor.Solve(_system, go.Length, side);
        foreach (int i in stay)
        {
            double move = 0;
            for (int k = 0; k < go.Length; k++) move += hessian.Inverse[go[k] * hessian.Size + i] * side[k];
            solution[i] -= move;
        }
    }

    private void SolveFor(UnitHessian hessian, ReadOnlySpan<int> stay, ReadOnlySpan<double> weights, Span<double> solution)
    {
        Span<double> side = _side.AsSpan(0, stay.Length);
        for (int i = 0; i < stay.Length; i++)
        {
            side[i] = TensorPrimitives.Dot(hessian.Matrix.Slice(stay[i] * hessian.Size, hessian.Size), weights);
        }

        hessian.FactorPart(hessian.Matrix, stay, _system);
        CholeskyFactor.Solve(_system, stay.Length, side);
        for (int i = 0; i < stay.Length; i++) solution[stay[i]] = side[i];
    }
}
