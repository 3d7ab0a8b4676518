using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>A two-dimensional convolution under training: see <see cref="ConvolutionLayer"/> for what it computes.</summary>
public sealed class TrainableConvolution : TrainableWeightedLayer
{
    /// <summary>Makes a layer of zeros.</summary>
    /// <param name="name">An identifier, unique within the network.</param>
    /// <param name="input">The shape read: channels x height x width.</param>
    /// <param name="filters">The channels of the result.</param>
    /// <param name="window">Size, stride, padding and dilation of the filters.</param>
    /// <param name="activation">The function applied to the sums.</param>
    /// <param name="groups">
    /// Into how many equal groups channels and filters fall; the number of channels for a depthwise convolution.
    /// </param>
    /// <exception cref="EspalierException">The window or the groups do not fit, or the activation does not.</exception>
    public TrainableConvolution(string name, Shape input, int filters, Window window, Activation activation, int groups = 1)
        : this(Zeros(name, input, filters, window, activation, groups))
    {
    }

    private TrainableConvolution(ConvolutionLayer layer)
        : base(
            layer,
            new Parameter(layer.Name + ".weights", layer.Weights.Rows, layer.Weights.Columns, isWeight: true),
            new Parameter(layer.Name + ".biases", 1, layer.Weights.Rows, isWeight: false))
    {
        (Window, Groups) = (layer.Window, layer.Groups);
        Fill(layer);
    }

    /// <summary>Size, stride, padding and dilation of the filters.</summary>
    public Window Window { get; }

    /// <summary>Into how many equal groups channels and filters fall.</summary>
    public int Groups { get; }

    /// <summary>The number of filters of a group.</summary>
    public int GroupFilters => OutputShape.Channels / Groups;

    /// <summary>The number of channels that a filter reads.</summary>
    public int GroupChannels => InputShape.Channels / Groups;

    /// <summary>The number of places at which a filter is applied to an image.</summary>
    public int Positions => OutputShape.Height * OutputShape.Width;

    /// <summary>Makes a layer with the bits of <paramref name="layer"/>.</summary>
    /// <exception cref="EspalierException">The layer makes no sense.</exception>
    public static TrainableConvolution FromLayer(ConvolutionLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return new TrainableConvolution(layer);
    }

    /// <inheritdoc/>
    public override Layer ToLayer() =>
        new ConvolutionLayer(Name, InputShape, Window, Groups, SparseWeights(), new FloatVector(Biases.Values), Activation)
        {
            Sources = Sources,
        };

    /// <summary>
    /// What the filters of a group read, as a matrix: a row for each sample and position, row by row of the image, a column for each column
    /// of the weights (im2col). The layer's sums are these rows times the transpose of the weights, plus the biases.
    /// </summary>
    /// <param name="images">Samples of the layer's input, channels x height x width each.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="group">The group.</param>
    /// <param name="rows">Receives count x positions x columns of the weights.</param>
    internal void Unfold(ReadOnlySpan<float> images, int count, int group, Span<float> rows)
    {
        var layout = new PatchLayout(this);
        var padded = new float[layout.Length];
        for (int sample = 0, next = 0; sample < count; sample++)
        {
            layout.Pad(images.Slice(sample * InputShape.Length, InputShape.Length), padded);
            ReadOnlySpan<float> channels = padded.AsSpan(group * layout.GroupLength, layout.GroupLength);
            foreach (int position in layout.Positions)
            {
                foreach (int tap in layout.Taps) rows[next++] = channels[position + tap];
            }
        }
    }

    internal override TrainableLayer Blank() =>
        new TrainableConvolution(Name, InputShape, Weights.Rows, Window, Activation, Groups) { Sources = Sources };

    internal override LayerPass CreatePass(PassMode mode, int capacity) => new ConvolutionPass(this, mode, capacity);

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count) => ((ConvolutionPass)pass).Forward(engine, count);

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count) => ((ConvolutionPass)pass).Backward(engine, count);

    private static ConvolutionLayer Zeros(string name, Shape input, int filters, Window window, Activation activation, int groups)
    {
        // What makes no sense is left to the check of the layer; here it must only not fail.
        int rows = Math.Max(filters, 0), columns = Math.Max(input.Channels / Math.Max(groups, 1) * Math.Max(window.Length, 1), 1);
        var weights = SparseMatrix.FromDense(rows, columns, new float[checked(rows * columns)]);
        return new(name, input, window, groups, weights, new(new float[rows]), activation);
    }
}
