using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>
/// A layer that trains under noise, which decides in the end what weights it can do without. Its weights are those before any noise; what
/// is masked stays +0 and gets none.
/// </summary>
internal abstract class StochasticLayer : TrainableWeightedLayer
{
    /// <summary>Makes a layer with the numbers and the mask of <paramref name="source"/>.</summary>
    /// <param name="source">The plain layer, which stays as it is.</param>
    /// <param name="noise">What training learns of the noise.</param>
    private protected StochasticLayer(TrainableWeightedLayer source, Parameter noise)
        : this(source, (TrainableWeightedLayer)source.Blank(), noise)
    {
    }

    private StochasticLayer(TrainableWeightedLayer source, TrainableWeightedLayer plain, Parameter noise)
        : base(source.Name, source.InputShape, source.OutputShape, source.Activation, plain.Weights, plain.Biases, noise)
    {
        (Plain, Sources) = (plain, source.Sources);
        source.Weights.Values.CopyTo(Weights.Values, 0);
        source.Biases.Values.CopyTo(Biases.Values, 0);
        if (source.Weights.Mask is uint[] mask) Weights.Freeze(mask);
    }

    /// <summary>The layer without any noise, whose weights and biases are those of this one.</summary>
    private protected TrainableWeightedLayer Plain { get; }

    /// <summary>The number of weights that are expected to be left.</summary>
    public abstract double ExpectedWeights { get; }

    /// <summary>The number of steps done: decides the noise of the next forward pass.</summary>
    protected long Step { get; private set; }

    /// <summary>Called before every step.</summary>
    /// <param name="step">The number of steps done.</param>
    /// <param name="epoch">The time in epochs.</param>
    public virtual void BeginStep(long step, double epoch) => Step = step;

    /// <summary>Called after every step, to keep the noise's parameters in their range.</summary>
    public virtual void EndStep()
    {
    }

    /// <summary>The layer without noise.</summary>
    /// <param name="weights">Receives the weights; what is removed is +0.</param>
    /// <param name="mask">Receives <see cref="Parameter.Live"/> or <see cref="Parameter.Removed"/> for each.</param>
    public abstract void Settle(Span<float> weights, Span<uint> mask);

    /// <inheritdoc/>
    public sealed override Layer? ToLayer()
    {
        var settled = (TrainableWeightedLayer)Plain.Blank();
        Settle(settled.Weights.Values, new uint[settled.Weights.Values.Length]);
        Biases.Values.CopyTo(settled.Biases.Values, 0);
        return settled.ToLayer();
    }

    internal sealed override TrainableLayer Blank() => throw new NotSupportedException("A layer under noise has no blank form.");

    /// <summary>Removes from <paramref name="weights"/> what the mask of the layer or <paramref name="isRemoved"/> says.</summary>
    private protected void Mask(Span<float> weights, Span<uint> mask, Func<int, bool> isRemoved)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            bool removed = isRemoved(i) || (Weights.Mask is uint[] old && old[i] == Parameter.Removed);
            mask[i] = removed ? Parameter.Removed : Parameter.Live;
            if (removed) weights[i] = 0;
        }
    }
}
