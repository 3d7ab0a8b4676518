namespace Espalier.Compilation.Model;

/// <summary>
/// A two-dimensional convolution, that is, as everywhere in this field, a cross-correlation: output (k, y, x) is f of b_k plus the sum over
/// the channels c of the filter's group and the taps (u, v) of W_k(c, u, v) times input
/// (c, y StrideY + u DilationY - Top, x StrideX + v DilationX - Left); outside the input lies +0.
/// </summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Input">The shape read: channels x height x width.</param>
/// <param name="Window">Size, stride, padding and dilation of the filters.</param>
/// <param name="Groups">
/// Into how many equal groups channels and filters fall; filters read the channels of their own group alone. 1 for an ordinary convolution,
/// the number of channels for a depthwise one.
/// </param>
/// <param name="Weights">
/// W, one row for each filter; column (c Window.Height + u) Window.Width + v, with c counted within the group, sparse.
/// </param>
/// <param name="Biases">b, one for each filter.</param>
/// <param name="Activation">f.</param>
public sealed record ConvolutionLayer(
    string Name, Shape Input, Window Window, int Groups, SparseMatrix Weights, FloatVector Biases, Activation Activation)
    : WeightedLayer(Name, Weights, Biases, Activation)
{
    /// <inheritdoc/>
    public override Shape InputShape => Input;

    /// <inheritdoc/>
    public override Shape OutputShape => Window.Slide(Input, Weights.Rows, ceiling: false);

    /// <summary>The number of channels that a filter reads.</summary>
    public int GroupChannels => Input.Channels / Groups;

    /// <summary>The first of the channels that filter <paramref name="filter"/> reads.</summary>
    public int FirstChannel(int filter) => filter / (Weights.Rows / Groups) * GroupChannels;

    /// <summary>
    /// Channel within the group, row and column of the tap that column <paramref name="column"/> of the weights belongs to.
    /// </summary>
    public (int Channel, int Y, int X) Tap(int column) =>
        (column / Window.Length, column % Window.Length / Window.Width, column % Window.Width);

    private protected override string? FindOwnFault()
    {
        if (Window.FindFault(Input) is string fault) return fault;
        if (Groups < 1 || Input.Channels % Groups != 0 || Weights.Rows % Groups != 0)
        {
            return $"has {Groups} groups, which do not divide {Input.Channels} channels and {Weights.Rows} filters.";
        }

        int columns = checked(GroupChannels * Window.Length);
        if (Weights.Columns == columns) return base.FindOwnFault();
        return $"has {Weights.Columns} weights a filter; {GroupChannels} channels of {Window.Height}x{Window.Width} taps need {columns}.";
    }
}
