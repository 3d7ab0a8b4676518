using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>
/// A pass through a <see cref="VariationalLayer"/>: one through the layer of its means, one through that of its variances.
/// </summary>
internal sealed class VariationalPass : LayerPass
{
    private readonly LayerPass _mean, _variance;
    private readonly float[] _squareGradient;

    /// <summary>Allocates.</summary>
    /// <param name="mode">What the pass is for.</param>
    /// <param name="mean">The pass through the layer of means, which shares the buffers of this one.</param>
    /// <param name="variance">The pass through the layer of variances, which reads squares.</param>
    /// <param name="inputs">The values of the largest batch's inputs.</param>
    /// <param name="outputs">The values of its sums.</param>
    public VariationalPass(PassMode mode, LayerPass mean, LayerPass variance, int inputs, int outputs)
        : base(mode)
    {
        (_mean, _variance) = (mean, variance);
        _squareGradient = new float[inputs];
        variance.Inputs = [new float[checked(inputs + PanelPlan.Slack)]];
        (variance.Output, variance.OutputGradient) = (new float[outputs], new float[outputs]);
    }

    /// <summary>The pass through the layer of means.</summary>
    public LayerPass Mean
    {
        get
        {
            (_mean.Inputs, _mean.Output) = (Inputs, Output);
            (_mean.OutputGradient, _mean.InputGradients) = (OutputGradient, InputGradients);
            return _mean;
        }
    }

    /// <summary>The pass through the layer of variances; its output becomes the roots of the sums' variances.</summary>
    public LayerPass Variance
    {
        get
        {
            _variance.InputGradients = [InputGradient is null ? null : _squareGradient];
            return _variance;
        }
    }

    /// <summary>The squares of the inputs.</summary>
    public float[] Squares => _variance.Input;

    /// <summary>The derivatives of the sums by their variances, then of the loss.</summary>
    public float[] Slopes => _variance.OutputGradient;

    /// <summary>The derivatives of the loss by the squares of the inputs.</summary>
    public float[] SquareGradient => _squareGradient;
}
