using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>
/// Dropout (Srivastava et al. 2014) in its inverted form: in training, each value is 0 with probability <see cref="Rate"/> and else divided
/// by 1 - <see cref="Rate"/>, which keeps its mean; outside of training nothing happens, and the immutable model has no such layer. What is
/// dropped depends on the seed of the training, the step and the layer's name alone.
/// </summary>
public sealed class TrainableDropout : TrainableLayer
{
    /// <summary>Makes a layer.</summary>
    /// <param name="name">An identifier, unique within the network.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <param name="rate">The probability of a value to be dropped, in [0, 1).</param>
    /// <exception cref="EspalierException">The name or the rate is none.</exception>
    public TrainableDropout(string name, Shape shape, double rate)
        : base(name, shape, shape, Activation.Identity)
    {
        if (!Identifier.IsValid(name)) throw new EspalierException($"Layer name '{name}' is not an identifier.");
        if (rate is not (>= 0 and < 1))
        {
            throw new EspalierException(
                FormattableString.Invariant($"Layer '{name}' drops {rate:R} of its values; give a part in [0, 1)."));
        }

        Rate = rate;
    }

    /// <summary>The probability of a value to be dropped.</summary>
    public double Rate { get; }

    /// <summary>Null: the model does without.</summary>
    public override Layer? ToLayer() => null;

    internal override TrainableLayer Blank() => new TrainableDropout(Name, OutputShape, Rate) { Sources = Sources };

    internal override LayerPass CreatePass(PassMode mode, int capacity) => new DropoutPass(this, mode, capacity);

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        int used = count * OutputShape.Length;
        if (pass.Mode.IsTraining) ((DropoutPass)pass).Draw(engine, used);
        else pass.Input.AsSpan(0, used).CopyTo(pass.Output);
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        if (pass.InputGradient is not float[] target) return;
        ReadOnlySpan<float> gradient = pass.OutputGradient.AsSpan(0, count * OutputShape.Length);
        if (pass.Mode.IsTraining) TensorPrimitives.Multiply(gradient, ((DropoutPass)pass).Factors(gradient.Length), target);
        else gradient.CopyTo(target);
    }

    private sealed class DropoutPass : LayerPass
    {
        /// <summary>What drawing a number takes (measured).</summary>
        private const double DrawNanoseconds = 1.5;

        private readonly float[] _factors;
        private readonly CounterRandom _random;
        private readonly float _rate, _scale;
        private readonly Action<int, int> _drawBlock;
        private int _used;

        public DropoutPass(TrainableDropout layer, PassMode mode, int capacity)
            : base(mode)
        {
            _factors = mode.IsTraining ? new float[checked(capacity * layer.OutputShape.Length)] : [];
            (_rate, _scale) = ((float)layer.Rate, (float)(1 / (1 - layer.Rate)));
            _random = new CounterRandom(mode.IsTraining ? Key(layer.Name, mode.Seed) : 0);
            _drawBlock = (block, _) => DrawBlock(block);
        }

        /// <summary>Zero, or what the values that are kept are multiplied by.</summary>
        public ReadOnlySpan<float> Factors(int used) => _factors.AsSpan(0, used);

        /// <summary>Draws anew and computes the output. Blocks are drawn by themselves: the same bits for any number of threads.</summary>
        public void Draw(ComputeEngine engine, int used)
        {
            _used = used;
            engine.Team.For(CounterRandom.BlocksOf(used), (long)(DrawNanoseconds * used), _drawBlock);
        }

        // FNV-1a of the name, so that two layers drop different values; the seed moves all of them.
        private static ulong Key(string name, ulong seed)
        {
            ulong hash = 14695981039346656037;
            foreach (char letter in name) hash = (hash ^ letter) * 1099511628211;
            return hash + seed * 0x9E3779B97F4A7C15;
        }

        // As vectors: a branch on chance is mispredicted every other time, which takes ten times as long.
        private void Choose(Span<float> factors)
        {
            Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(factors);
            Vector<float> rate = new(_rate), scale = new(_scale);
            foreach (ref Vector<float> vector in vectors)
            {
                vector = Vector.ConditionalSelect(Vector.LessThan(vector, rate), Vector<float>.Zero, scale);
            }

            foreach (ref float factor in factors[(vectors.Length * Vector<float>.Count)..]) factor = factor < _rate ? 0 : _scale;
        }

        private void DrawBlock(int block)
        {
            int start = block * CounterRandom.BlockLength, length = Math.Min(CounterRandom.BlockLength, _used - start);
            Span<float> factors = _factors.AsSpan(start, length);
            _random.FillUniform(Mode.Step, block, factors);
            Choose(factors);
            TensorPrimitives.Multiply(Input.AsSpan(start, length), factors, Output.AsSpan(start, length));
        }
    }
}
