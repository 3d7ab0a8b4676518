using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>How the pooling behind a convolution is computed.</summary>
internal enum PixelPooling
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>
    /// A lane is a pooled pixel. The convolution's values under the pooling window stand in the same lane of as many registers of sums, and
    /// are pooled by an instruction each.
    /// </summary>
    AcrossRegisters,

    /// <summary>
    /// A lane is a pixel of the convolution. Windows of 2 x 2 are pooled first across the registers of two rows, then across neighbouring
    /// lanes.
    /// </summary>
    AcrossLanes,
}

/// <summary>
/// The pixels that a convolution computes for one filter, rows and columns of lanes: those of its output, or of the pooling's. In the
/// coordinates of the image with its padding, lane (i, j) reads tap (u, v) for the pooling's tap (p, q) at row <c>i StepY + p MemberStepY +
/// u DilationY</c> and column <c>j StepX + q MemberStepX + v DilationX</c>.
/// </summary>
internal sealed record PixelGrid
{
    /// <summary>The grid of a stage.</summary>
    /// <param name="stage">A convolution, perhaps with its pooling.</param>
    /// <param name="kind">How it is pooled.</param>
    public PixelGrid(Stage stage, PixelPooling kind)
    {
        Layer = (ConvolutionLayer)stage.Layer;
        (Pooling, Kind) = (stage.Pooling, kind);
        Shape output = Layer.OutputShape;
        (Image, Window, Rows, Columns) = (Layer.Input, Layer.Window, output.Height, output.Width);
        (StepY, StepX, MembersY, MembersX) = (Window.StrideY, Window.StrideX, 1, 1);
        if (IsPointwise)
        {
            // Each pixel by itself: the image may as well be one long row.
            (Image, Rows, Columns) = (Image with { Height = 1, Width = Image.Height * Image.Width }, 1, Image.Height * Image.Width);
        }
        else if (kind == PixelPooling.AcrossRegisters)
        {
            (Window pool, Shape pooled) = (Pooling!.Window, Pooling.OutputShape);
            (Rows, Columns, MembersY, MembersX) = (pooled.Height, pooled.Width, pool.Height, pool.Width);
            (StepY, StepX) = (pool.StrideY * Window.StrideY, pool.StrideX * Window.StrideX);
            (MemberStepY, MemberStepX) = (pool.DilationY * Window.StrideY, pool.DilationX * Window.StrideX);
        }
        else if (kind == PixelPooling.AcrossLanes)
        {
            // A last row or column that no window reads is left out.
            (Rows, Columns) = (2 * Pooling!.OutputShape.Height, 2 * Pooling.OutputShape.Width);
        }
    }

    /// <summary>The convolution.</summary>
    public ConvolutionLayer Layer { get; }

    /// <summary>The pooling, if there is one.</summary>
    public PoolingLayer? Pooling { get; }

    /// <summary>How it is pooled.</summary>
    public PixelPooling Kind { get; }

    /// <summary>The image read, without padding.</summary>
    public Shape Image { get; }

    /// <summary>The convolution's window.</summary>
    public Window Window { get; }

    /// <summary>The rows of lanes.</summary>
    public int Rows { get; }

    /// <summary>The columns of lanes.</summary>
    public int Columns { get; }

    /// <summary>The rows of the image from one row of lanes to the next.</summary>
    public int StepY { get; }

    /// <summary>The columns of the image from one lane to the next.</summary>
    public int StepX { get; }

    /// <summary>How many rows of the pooling window share a lane.</summary>
    public int MembersY { get; }

    /// <summary>How many columns of the pooling window share a lane.</summary>
    public int MembersX { get; }

    /// <summary>The rows of the image from one row of the pooling window to the next.</summary>
    public int MemberStepY { get; }

    /// <summary>The columns of the image from one column of the pooling window to the next.</summary>
    public int MemberStepX { get; }

    /// <summary>The registers of sums for each register of lanes.</summary>
    public int Members => MembersY * MembersX;

    /// <summary>The last row of the padded image that lane row 0 reads.</summary>
    public int LastRow => (Window.Height - 1) * Window.DilationY + (MembersY - 1) * MemberStepY;

    /// <summary>The last column of the padded image that lane column 0 reads.</summary>
    public int LastColumn => (Window.Width - 1) * Window.DilationX + (MembersX - 1) * MemberStepX;

    /// <summary>The rows of the padded image that are read.</summary>
    public int ImageRows => (Rows - 1) * StepY + LastRow + 1;

    /// <summary>The values of a filter in the stage's output.</summary>
    public int FilterLength => Pooling is null ? Rows * Columns : Pooling.OutputShape.Height * Pooling.OutputShape.Width;

    private bool IsPointwise => Pooling is null && Window == new Window(1, 1);

    /// <summary>Whether the pooling of <paramref name="stage"/> can be computed in this way.</summary>
    public static bool Offers(Stage stage, PixelPooling kind)
    {
        if (stage.Pooling is not PoolingLayer pooling) return kind == PixelPooling.None;
        if (kind == PixelPooling.None || !pooling.Activation.IsElementwise || !StaysInside(pooling)) return false;
        return kind == PixelPooling.AcrossRegisters || pooling.Window == Window.Square(2, stride: 2);
    }

    /// <summary>Whether no window of the pooling reaches outside the image.</summary>
    private static bool StaysInside(PoolingLayer pooling)
    {
        (Window window, Shape output) = (pooling.Window, pooling.OutputShape);
        return !window.HasPadding
            && window.ImageY(output.Height - 1, window.Height - 1) < pooling.Input.Height
            && window.ImageX(output.Width - 1, window.Width - 1) < pooling.Input.Width;
    }
}
