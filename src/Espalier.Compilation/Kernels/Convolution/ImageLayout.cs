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

    /// <summary>
    /// A copy for each tap that holds the pixels under it and nothing else, several short rows to a register: aligned, and full lanes.
    /// </summary>
    Packed,
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
        RegisterRows = form == ImageForm.Packed ? lanes / grid.Columns : 1;
        Lines = grid.Rows / RegisterRows;
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
            ImageForm.Shifted => Segments * lanes,
            _ => checked(Columns.Count * Lines * lanes),
        };
        CopyStride = form == ImageForm.Packed ? Lines * lanes : checked(Simd.RoundUp(Rows * Pitch, LineFloats));
        LineStride = form == ImageForm.Packed ? lanes : checked(grid.StepY * Pitch);
    }

    /// <summary>The form.</summary>
    public ImageForm Form { get; }

    /// <summary>The registers of a row of lanes.</summary>
    public int Segments { get; }

    /// <summary>How many rows of lanes share a register.</summary>
    public int RegisterRows { get; }

    /// <summary>The rows of registers.</summary>
    public int Lines { get; }

    /// <summary>The floats from one row of registers to the next.</summary>
    public int LineStride { get; }

    /// <summary>The channels that some tap reads, or all when nothing is copied.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <summary>For each copy of a channel the column of the padded image in lane 0.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>The floats from one row of the image, or of taps, to the next.</summary>
    public int Pitch { get; }

    /// <summary>The rows of a copy; when packed, the rows of taps that have a copy for each column.</summary>
    public int Rows => Form switch
    {
        ImageForm.Direct => _grid.Image.Height,
        ImageForm.Packed => _grid.LastRow + 1,
        _ => _grid.ImageRows,
    };

    /// <summary>The floats from one copy to the next.</summary>
    public int CopyStride { get; }

    /// <summary>The floats from one channel to the next.</summary>
    public int ChannelStride => Form is ImageForm.Direct or ImageForm.Packed ? checked(Rows * Pitch) : checked(Columns.Count * CopyStride);

    /// <summary>The floats of all copies.</summary>
    public int Floats => Form == ImageForm.Direct ? 0 : checked(Channels.Count * ChannelStride);

    /// <summary>Whether a grid can be read in this form.</summary>
    public static bool Offers(PixelGrid grid, ImageForm form, int lanes) => form switch
    {
        ImageForm.Direct => !grid.Window.HasPadding && grid.StepX == 1 && grid.Kind != PixelPooling.AcrossRegisters,
        ImageForm.Split => grid.Kind != PixelPooling.AcrossRegisters,
        ImageForm.Packed => lanes == LineFloats && grid.Kind != PixelPooling.AcrossLanes && grid.Columns is 4 or 8
            && grid.Rows % (lanes / grid.Columns) == 0 && grid.LastColumn + (grid.Columns - 1) * grid.StepX < lanes,
        _ => true,
    };

    /// <summary>The offset of a tap, given by channel, row and column of the padded image that lane (0, 0) reads.</summary>
    public int Offset(int channel, int row, int column)
    {
        int inRow = Form is ImageForm.Shifted or ImageForm.Packed ? column * CopyStride : column % _grid.StepX * CopyStride + column / _grid.StepX;
        return checked(_places[channel] * ChannelStride + row * Pitch + inRow);
    }

    /// <summary>
    /// The displacement of a register: of the row of registers <paramref name="line"/>, its register <paramref name="segment"/>, for the member
    /// (<paramref name="memberY"/>, <paramref name="memberX"/>) of the pooling window.
    /// </summary>
    public int Displacement(int line, int segment, int lanes, int memberY, int memberX) =>
        line * LineStride + memberY * _grid.MemberStepY * Pitch + segment * lanes + memberX * _grid.MemberStepX * CopyStride;

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
