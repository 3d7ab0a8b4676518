using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>
/// One step of a network under training. A layer computes its sums; the network applies <see cref="Activation"/> to them in place,
/// so that a loss can meet the last layer's sums directly. All matrices are samples x values in row-major order, the values of an image
/// channel after channel and row after row. Buffers belong to the pass, so that several passes may run over one layer.
/// </summary>
public abstract class TrainableLayer
{
    private protected TrainableLayer(string name, Shape inputShape, Shape outputShape, Activation activation, params Parameter[] parameters)
    {
        if (activation.Alpha < 0)
        {
            throw new EspalierException(FormattableString.Invariant(
                $"Layer '{name}': {activation.Kind} of {activation.Alpha:R} cannot be trained; use a parameter of 0 or more."));
        }

        (Name, InputShape, OutputShape, Activation, Parameters) = (name, inputShape, outputShape, activation, parameters);
    }

    /// <summary>Makes a layer that does what <paramref name="layer"/> does, and reads what it reads.</summary>
    /// <exception cref="EspalierException">The layer taken alone makes no sense, or its activation has a negative parameter.</exception>
    private protected TrainableLayer(Layer layer, params Parameter[] parameters)
        : this(layer.Name, Checked(layer).InputShape, layer.OutputShape, layer.Activation, parameters) => Sources = layer.Sources;

    /// <summary>An identifier, unique within the network.</summary>
    public string Name { get; }

    /// <summary>
    /// The names of the layers read, all of them earlier in the network, or <see cref="Layer.InputName"/>. Empty: the layer before, and
    /// for the first layer the network's input.
    /// </summary>
    public EquatableArray<string> Sources { get; init; }

    /// <summary>The shape of one sample of what the layer reads; of several inputs, of the first.</summary>
    public Shape InputShape { get; }

    /// <summary>How many inputs the layer reads.</summary>
    public virtual int InputCount => 1;

    /// <summary>The shape of one sample of input <paramref name="index"/>.</summary>
    public virtual Shape InputShapeAt(int index) => InputShape;

    /// <summary>The shape of one sample of what the layer yields.</summary>
    public Shape OutputShape { get; }

    /// <summary>The function applied to the layer's sums.</summary>
    public Activation Activation { get; }

    /// <summary>The numbers that belong to this layer, weights before biases.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The layer as the immutable model holds it, or null for one that does something in training only.</summary>
    public abstract Layer? ToLayer();

    /// <summary>A layer of the same name, kind, shape and sources, with starting numbers of its own.</summary>
    internal abstract TrainableLayer Blank();

    /// <summary>The buffers of a pass through this layer, with the memory that only its kind needs.</summary>
    internal virtual LayerPass CreatePass(PassMode mode, int capacity) => new(mode);

    /// <summary>Computes the sums of the first <paramref name="count"/> samples of <paramref name="pass"/>.</summary>
    internal abstract void Forward(ComputeEngine engine, LayerPass pass, int count);

    /// <summary>Computes the parameters' gradients, and the derivatives by the inputs that are asked for.</summary>
    internal abstract void Backward(ComputeEngine engine, LayerPass pass, int count);

    /// <summary>Adds <paramref name="values"/> to each of <paramref name="count"/> samples of as many values.</summary>
    private protected static void AddToEach(Span<float> samples, ReadOnlySpan<float> values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Span<float> sample = samples.Slice(i * values.Length, values.Length);
            TensorPrimitives.Add(sample, values, sample);
        }
    }

    /// <summary>The sum of <paramref name="count"/> samples, value by value: a bias's gradient.</summary>
    private protected static void SumOverSamples(ReadOnlySpan<float> samples, Span<float> sums, int count)
    {
        sums.Clear();
        for (int i = 0; i < count; i++) TensorPrimitives.Add(sums, samples.Slice(i * sums.Length, sums.Length), sums);
    }

    /// <summary><paramref name="layer"/>, if it makes sense.</summary>
    private static Layer Checked(Layer layer) =>
        layer.FindFault() is string fault ? throw new EspalierException($"{fault.TrimEnd('.')}: it cannot be trained.") : layer;
}
