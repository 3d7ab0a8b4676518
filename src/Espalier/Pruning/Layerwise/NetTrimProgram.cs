using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The programs of a layer's units, which share their inputs A (samples x inputs, the last column 1 for the bias):
/// minimise |u|_1 subject to A u in C, C saying for each sample how near or how low the unit's sum must be.
/// </summary>
/// <remarks>
/// ADMM on min |s|_1 + I_C(z), s = u, z = A u: the step in u solves (I + k A^T A) u = (s - a) + k A^T (z - b), in which only the right side
/// belongs to the unit, so that one factorisation serves all units, all steps and all penalties rho. k makes A's columns as long as
/// those of I. The penalty is adapted to keep both residuals alike (Boyd et al. 2011, sections 3.4.1 and 3.4.3).
/// </remarks>
internal sealed class NetTrimProgram
{
    private const double OverRelaxation = 1.6, Imbalance = 10, Adaptation = 2;
    private const int AdaptEvery = 50;

    private readonly double[] _inputs, _inverse, _pull;
    private readonly int _samples, _width;

    /// <summary>Factorises.</summary>
    /// <param name="inputs">A, samples x width in row-major order.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="width">The number of inputs, the constant one included.</param>
    public NetTrimProgram(double[] inputs, int samples, int width)
    {
        (_inputs, _samples, _width) = (inputs, samples, width);
        Matrix<double> a = Matrix<double>.Build.Dense(samples, width, (row, column) => inputs[row * width + column]);
        Matrix<double> gram = a.TransposeThisAndMultiply(a);
        double scale = width / Math.Max(gram.Trace(), double.Epsilon);
        Matrix<double> inverse = (gram * scale + Matrix<double>.Build.DenseIdentity(width)).Cholesky()
            .Solve(Matrix<double>.Build.DenseIdentity(width));
        _inverse = inverse.ToRowMajorArray();
        _pull = (inverse * a.Transpose() * scale).ToRowMajorArray();
    }

    /// <summary>Solves a unit's program.</summary>
    /// <param name="start">Its dense weights and bias, where ADMM begins.</param>
    /// <param name="mayLive">Whether each of them may differ from 0.</param>
    /// <param name="constraint">What A u must be like.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="solution">Receives weights, zeros exact, and the bias, which no penalty shrinks.</param>
    /// <returns>The steps taken.</returns>
    public int Solve(
        ReadOnlySpan<double> start, ReadOnlySpan<bool> mayLive, NetTrimConstraint constraint, NetTrimOptions options, Span<double> solution)
    {
        double[] u = start.ToArray(), s = start.ToArray(), a = new double[_width];
        double[] difference = new double[_width], previous = new double[_width];
        double[] z = new double[_samples], b = new double[_samples], sums = new double[_samples], target = new double[_samples];
        Multiply(s, z);
        constraint.Project(z);
        double meanMagnitude = TensorPrimitives.SumOfMagnitudes(start) / _width;
        double rho = meanMagnitude > 0 ? 10 / meanMagnitude : 1;
        int iteration = 0;
        while (iteration < options.MaxIterations)
        {
            iteration++;
            TensorPrimitives.Subtract(s, a, difference);
            TensorPrimitives.Subtract(z, b, target);
            for (int i = 0; i < _width; i++)
            {
                u[i] = TensorPrimitives.Dot<double>(_inverse.AsSpan(i * _width, _width), difference)
                    + TensorPrimitives.Dot<double>(_pull.AsSpan(i * _samples, _samples), target);
            }

            Multiply(u, sums);
            s.CopyTo(previous, 0);
            for (int i = 0; i < _width; i++)
            {
                double relaxed = OverRelaxation * u[i] + (1 - OverRelaxation) * s[i] + a[i];
                s[i] = !mayLive[i] ? 0 : i == _width - 1 ? relaxed : Math.Sign(relaxed) * Math.Max(0, Math.Abs(relaxed) - 1 / rho);
                a[i] = relaxed - s[i];
            }

            for (int i = 0; i < _samples; i++) target[i] = z[i] = OverRelaxation * sums[i] + (1 - OverRelaxation) * z[i] + b[i];
            constraint.Project(z);
            TensorPrimitives.Subtract(target, z, b);

            double primal = Math.Max(
                TensorPrimitives.Distance<double>(u, s) / Math.Max(TensorPrimitives.Norm<double>(s), 1e-12),
                TensorPrimitives.Distance<double>(sums, z) / Math.Max(TensorPrimitives.Norm<double>(z), 1e-12));
            double dual = TensorPrimitives.Distance<double>(s, previous) / Math.Max(TensorPrimitives.Norm<double>(a), 1e-12);
            if (primal <= options.Tolerance && dual <= options.Tolerance) break;
            if (iteration % AdaptEvery != 0) continue;
            double factor = primal > Imbalance * dual ? Adaptation : dual > Imbalance * primal ? 1 / Adaptation : 1;
            rho *= factor;
            TensorPrimitives.Multiply(a, 1 / factor, a);
            TensorPrimitives.Multiply(b, 1 / factor, b);
        }

        s.CopyTo(solution);
        return iteration;
    }

    /// <summary>A u.</summary>
    public void Multiply(ReadOnlySpan<double> u, Span<double> sums)
    {
        for (int i = 0; i < _samples; i++) sums[i] = TensorPrimitives.Dot(_inputs.AsSpan(i * _width, _width), u);
    }
}
