using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>The units of one layer under <see cref="NetTrim"/>: their dense outputs, their constraints, their programs.</summary>
internal sealed class NetTrimUnits
{
    /// <summary>About what a multiply-add of a program takes, in nanoseconds.</summary>
    private const double MultiplyAddNanoseconds = 0.3;

    private readonly TrainableDense _layer;
    private readonly double[] _dense;
    private readonly int _count, _width, _units;
    private readonly bool _isLinear;

    /// <summary>Computes the dense outputs.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">What the dense network gives it, samples x (inputs + 1).</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="isLinear">Whether its sums themselves are to be kept near, for the last layer.</param>
    public NetTrimUnits(TrainableDense layer, double[] inputs, int count, bool isLinear)
    {
        (_layer, _count, _isLinear, _width, _units) = (layer, count, isLinear, layer.Weights.Columns + 1, layer.Weights.Rows);
        _dense = new double[_units * _width];
        for (int unit = 0; unit < _units; unit++)
        {
            for (int i = 0; i < _width - 1; i++) _dense[unit * _width + i] = layer.Weights.Values[unit * (_width - 1) + i];
            _dense[unit * _width + _width - 1] = layer.Biases.Values[unit];
        }

        Outputs = Run(inputs, count, _dense, _units, isLinear);
    }

    /// <summary>What the dense layer yields, samples x (units + 1).</summary>
    public double[] Outputs { get; }

    /// <summary>What a layer yields, samples x (units + 1), the last one 1 for the next layer's bias.</summary>
    public static double[] Run(double[] inputs, int count, double[] values, int units, bool isLinear)
    {
        int width = values.Length / units;
        var outputs = new double[count * (units + 1)];
        for (int sample = 0; sample < count; sample++)
        {
            Span<double> row = outputs.AsSpan(sample * (units + 1), units + 1);
            row[units] = 1;
            for (int unit = 0; unit < units; unit++)
            {
                double sum = TensorPrimitives.Dot<double>(inputs.AsSpan(sample * width, width), values.AsSpan(unit * width, width));
                row[unit] = isLinear ? sum : Math.Max(0, sum);
            }
        }

        return outputs;
    }

    /// <summary>Solves the programs of all units on <paramref name="inputs"/>, unit by unit on all threads.</summary>
    public Solution Solve(double[] inputs, bool isFirst, NetTrimOptions options, ThreadTeam team, CancellationToken cancellation)
    {
        var program = new NetTrimProgram(inputs, _count, _width);
        var values = new double[_dense.Length];
        double[] squaredRadii = new double[_units], squaredErrors = new double[_units];
        var iterations = new int[_units];
        team.For(_units, (long)(MultiplyAddNanoseconds * options.MaxIterations * _units * _width * _count), (unit, _) =>
        {
            if (cancellation.IsCancellationRequested) return;
            ReadOnlySpan<double> dense = _dense.AsSpan(unit * _width, _width);
            NetTrimConstraint constraint = Constraint(program, unit, isFirst, options);
            var mayLive = new bool[_width];
            for (int i = 0; i < _width; i++)
            {
                mayLive[i] = i == _width - 1 || _layer.Weights.Mask?[unit * (_width - 1) + i] is null or Parameter.Live;
            }

            iterations[unit] = program.Solve(dense, mayLive, constraint, options, values.AsSpan(unit * _width, _width));
            squaredRadii[unit] = constraint.Radius * constraint.Radius;
            squaredErrors[unit] = squaredRadii[unit] + constraint.SquaredCeilings();
        });
        cancellation.ThrowIfCancellationRequested();
        return new Solution(values, Math.Sqrt(squaredRadii.Sum()), Math.Sqrt(squaredErrors.Sum()), iterations.Max());
    }

    /// <summary>What the unit's sums must be like on the inputs of <paramref name="program"/>.</summary>
    public NetTrimConstraint Constraint(NetTrimProgram program, int unit, bool isFirst, NetTrimOptions options)
    {
        var targets = new double[_count];
        var isActive = new bool[_count];
        for (int sample = 0; sample < _count; sample++)
        {
            targets[sample] = Outputs[sample * (_units + 1) + unit];
            isActive[sample] = _isLinear || targets[sample] > 0;
        }

        var ceilings = new double[_count];
        double radius = options.Epsilon * TensorPrimitives.Norm<double>(targets);
        if (options.Form == NetTrimForm.Cascade && !isFirst)
        {
            // The dense weights meet these on any inputs, so that there is always a solution.
            program.Multiply(_dense.AsSpan(unit * _width, _width), ceilings);
            radius = options.Slack * new NetTrimConstraint(targets, isActive, ceilings, 0).Distance(ceilings);
            for (int sample = 0; sample < _count; sample++) ceilings[sample] = Math.Max(0, ceilings[sample]);
        }

        return new NetTrimConstraint(targets, isActive, ceilings, radius);
    }

    /// <summary>What a layer's programs came to.</summary>
    /// <param name="Values">Weights and bias of each unit, units x (inputs + 1).</param>
    /// <param name="Epsilon">The radius over all units.</param>
    /// <param name="LargestError">The error that outputs can have on these inputs, ceilings included.</param>
    /// <param name="Iterations">The most steps.</param>
    public sealed record Solution(double[] Values, double Epsilon, double LargestError, int Iterations);
}
