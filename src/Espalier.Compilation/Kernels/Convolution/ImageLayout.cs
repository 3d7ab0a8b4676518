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
    /// A copy for each tap that holds the pixels under it and nothing else, row behind row: aligned, and full lanes.
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
    private readonly int _lanes;

    /// <summary>Lays out the image of a grid.</summary>
    public ImageLayout(PixelGrid grid, ImageForm form, int lanes)
    {
        (_grid, Form, _lanes) = (grid, form, lanes);
        RowRegisters = Simd.RoundUp(grid.Columns, lanes) / lanes;
        (Segments, Lines) = IsPacked ? (1, Simd.RoundUp(Pixels, lanes) / lanes) : (RowRegisters, grid.Rows);
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
            _ => checked(Columns.Count * PackedStride),
        };
        CopyStride = IsPacked ? PackedStride : checked(Simd.RoundUp(Rows * Pitch, LineFloats));
    }

    /// <summary>The form.</summary>
    public ImageForm Form { get; }

    /// <summary>The registers of a row of registers: those of a row of lanes, and one where rows of lanes stand row behind row.</summary>
    public int Segments { get; }

    /// <summary>The rows of registers.</summary>
    public int Lines { get; }

    /// <summary>The registers that a row of lanes takes by itself.</summary>
    public int RowRegisters { get; }

    /// <summary>Whether rows of lanes stand row behind row, so that all lanes are filled.</summary>
    public bool IsPacked => Form == ImageForm.Packed;

    /// <summary>
    /// Whether a packed register is picked from whole rows: two or four of them fill it, and each comes from one register.
    /// </summary>
    public bool PicksRows => IsPacked && _lanes == LineFloats && _grid.Columns is 4 or 8 && Pixels % _lanes == 0
        && _grid.LastColumn + (_grid.Columns - 1) * _grid.StepX < _lanes;

    /// <summary>The lanes that hold a pixel.</summary>
    public int Pixels => _grid.Rows * _grid.Columns;

    /// <summary>Where lanes are counted by pixels, the pixels of a row of registers; else one.</summary>
    public int LineUnits => IsPacked ? _lanes : 1;

    /// <summary>How many units there are from top to bottom.</summary>
    public int Units => IsPacked ? Pixels : Lines;

    /// <summary>The floats from one unit to the next.</summary>
    public int UnitStride => IsPacked ? 1 : checked(_grid.StepY * Pitch);

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
        ImageForm.Packed => grid.Kind != PixelPooling.AcrossLanes && grid.Columns % lanes != 0 && grid.Rows > 1 && grid.StepX <= 2
            && grid.Rows * grid.Columns >= lanes,
        _ => true,
    };

    /// <summary>The offset of a tap, given by channel, row and column of the padded image that lane (0, 0) reads.</summary>
    public int Offset(int channel, int row, int column)
    {
        int inRow = Form is ImageForm.Shifted or ImageForm.Packed
            ? column * CopyStride
            : column % _grid.StepX * CopyStride + column / _grid.StepX;
        return checked(_places[channel] * ChannelStride + row * Pitch + inRow);
    }

    /// <summary>
    /// The displacement of a register: of the row of registers <paramref name="line"/>, its register <paramref name="segment"/>, for the
    /// member (<paramref name="memberY"/>, <paramref name="memberX"/>) of the pooling window.
    /// </summary>
    public int Displacement(int line, int segment, int memberY, int memberX) =>
        (IsPacked ? PackedPlace(line) : line * UnitStride + segment * _lanes)
        + memberY * _grid.MemberStepY * Pitch + memberX * _grid.MemberStepX * CopyStride;

    /// <summary>Where in the output of a filter a register of lanes goes, when a lane is a pixel of it.</summary>
    public int Place(int line, int segment) => IsPacked ? PackedPlace(line) : line * _grid.Columns + segment * _lanes;

    /// <summary>The floats of all copies when every channel is read.</summary>
    public static long MostFloats(PixelGrid grid, ImageForm form, int lanes)
    {
        var layout = new ImageLayout(grid, form, lanes);
        return (long)layout.ChannelStride * grid.Image.Channels;
    }

    /// <summary>The floats of a packed copy, and of what the last row of it reaches behind.</summary>
    private int PackedStride => PicksRows ? Pixels : Simd.RoundUp((_grid.Rows - 1) * _grid.Columns + RowRegisters * _lanes, LineFloats);

    /// <summary>The first pixel of a packed register: the last one ends with the pixels.</summary>
    private int PackedPlace(int line) => Math.Min(line * _lanes, Pixels - _lanes);

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
