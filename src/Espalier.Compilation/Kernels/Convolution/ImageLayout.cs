using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>In what form the kernel reads the image.</summary>
internal enum ImageForm
{
    /// <summary>As it comes: a tap is a load at some distance, which may straddle two cache lines.</summary>
    Direct,

    /// <summary>
    /// Copied to rows that start at cache lines, padding included; with a step of n from lane to lane, n copies, each of every n-th column.
    /// </summary>
    Split,

    /// <summary>A copy for each column of taps, shifted by it, so that every load is aligned.</summary>
    Shifted,
}

/// <summary>
/// Where the kernel finds the value of an image that a lane reads: at the sum of an offset of the tap (channel, row and column) and a
/// displacement of the register of lanes, whatever the two are.
/// </summary>
internal sealed class ImageLayout
{
    /// <summary>The floats of a cache line.</summary>
    public const int LineFloats = 16;

    private readonly Dictionary<int, int> _places = [];
    private readonly PixelGrid _grid;

    /// <summary>Lays out the image of a grid.</summary>
    public ImageLayout(PixelGrid grid, ImageForm form, int lanes)
    {
        (_grid, Form, Segments) = (grid, form, Simd.RoundUp(grid.Columns, lanes) / lanes);
        Channels = form == ImageForm.Direct ? [.. Enumerable.Range(0, grid.Image.Channels)] : ReadChannels(grid);
        for (int i = 0; i < Channels.Count; i++) _places[Channels[i]] = i;
        Columns = form switch
        {
            ImageForm.Direct => [0],
            ImageForm.Split => [.. Enumerable.Range(0, Math.Min(grid.StepX, grid.LastColumn + 1))],
            _ => [.. Enumerable.Range(0, grid.LastColumn + 1)],
        };
        Pitch = form switch
        {
            ImageForm.Direct => grid.Image.Width,
            ImageForm.Split => Simd.RoundUp(grid.LastColumn / grid.StepX + Segments * lanes, LineFloats),
            _ => Segments * lanes,
        };
        CopyStride = checked(Simd.RoundUp(Rows * Pitch, LineFloats));
    }

    /// <summary>The form.</summary>
    public ImageForm Form { get; }

    /// <summary>The registers of a row of lanes.</summary>
    public int Segments { get; }

    /// <summary>The channels that some tap reads, or all when nothing is copied.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <summary>For each copy of a channel the column of the padded image in lane 0.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>The floats from one row to the next.</summary>
    public int Pitch { get; }

    /// <summary>The rows of a copy.</summary>
    public int Rows => Form == ImageForm.Direct ? _grid.Image.Height : _grid.ImageRows;

    /// <summary>The floats from one copy to the next.</summary>
    public int CopyStride { get; }

    /// <summary>The floats from one channel to the next.</summary>
    public int ChannelStride => Form == ImageForm.Direct ? Rows * Pitch : checked(Columns.Count * CopyStride);

    /// <summary>The floats of all copies.</summary>
    public int Floats => Form == ImageForm.Direct ? 0 : checked(Channels.Count * ChannelStride);

    /// <summary>Whether a grid can be read in this form.</summary>
    public static bool Offers(PixelGrid grid, ImageForm form) => form switch
    {
        ImageForm.Direct => !grid.Window.HasPadding && grid.StepX == 1 && grid.Kind != PixelPooling.AcrossRegisters,
        ImageForm.Split => grid.Kind != PixelPooling.AcrossRegisters,
        _ => true,
    };

    /// <summary>The offset of a tap, given by channel, row and column of the padded image that lane (0, 0) reads.</summary>
    public int Offset(int channel, int row, int column)
    {
        int inRow = Form == ImageForm.Shifted ? column * CopyStride : column % _grid.StepX * CopyStride + column / _grid.StepX;
        return checked(_places[channel] * ChannelStride + row * Pitch + inRow);
    }

    /// <summary>
    /// The displacement of a register: of the lane row <paramref name="row"/>, its register <paramref name="segment"/>, for the member
    /// (<paramref name="memberY"/>, <paramref name="memberX"/>) of the pooling window.
    /// </summary>
    public int Displacement(int row, int segment, int lanes, int memberY, int memberX) =>
        (row * _grid.StepY + memberY * _grid.MemberStepY) * Pitch + segment * lanes + memberX * _grid.MemberStepX * CopyStride;

    /// <summary>The floats of all copies when every channel is read.</summary>
    public static long MostFloats(PixelGrid grid, ImageForm form, int lanes)
    {
        var layout = new ImageLayout(grid, form, lanes);
        return (long)layout.ChannelStride * grid.Image.Channels;
    }

    /// <summary>The channels that some tap reads; the first one, when no tap does.</summary>
    private static int[] ReadChannels(PixelGrid grid)
    {
        ConvolutionLayer layer = grid.Layer;
        var isRead = new bool[grid.Image.Channels];
        for (int filter = 0; filter < layer.Weights.Rows; filter++)
        {
            for (int i = layer.Weights.RowStart(filter); i < layer.Weights.RowStart(filter + 1); i++)
            {
                isRead[layer.FirstChannel(filter) + layer.Tap(layer.Weights.ColumnIndex(i)).Channel] = true;
            }
        }

        int[] read = [.. Enumerable.Range(0, isRead.Length).Where(channel => isRead[channel])];
        return read.Length > 0 ? read : [0];
    }
}
