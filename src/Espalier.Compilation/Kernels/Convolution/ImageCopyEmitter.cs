using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// Writes the method that copies an image to where and how a convolution reads it (<see cref="ImageLayout"/>). With padding each channel goes to
/// a frame of zeros first, and from there to its copies. Lanes that count for nothing hold other values of the image, so that they are finite
/// when the image is.
/// </summary>
internal sealed class ImageCopyEmitter(ConvolutionPlan plan)
{
    private readonly PixelGrid _grid = plan.Grid;
    private readonly ImageLayout _layout = plan.Layout;
    private readonly int _lanes = plan.Width.Lanes();
    private readonly int _bits = plan.Width.Bits();

    /// <summary>Whether there is anything to copy.</summary>
    public bool IsNeeded => _layout.Form != ImageForm.Direct;

    /// <summary>The floats of the copies, and behind them of the frame.</summary>
    public int WorkFloats => checked(_layout.Floats + FrameFloats(_grid));

    private int FramePitch => PitchOf(_grid);

    private bool HasFrame => _grid.Window.HasPadding;

    /// <summary>The floats of the frame, and of what loads of whole registers reach behind it; none without padding.</summary>
    public static int FrameFloats(PixelGrid grid) => !grid.Window.HasPadding ? 0 : Simd.RoundUp(
        checked((grid.Image.Height + grid.Window.Top + grid.Window.Bottom) * PitchOf(grid) + ConvolutionKernel.ReadSlack), ImageLayout.LineFloats);

    private static int PitchOf(PixelGrid grid) => grid.Image.Width + grid.Window.Left + grid.Window.Right;

    /// <summary>The registers of a row of a copy that some load reaches.</summary>
    private int Registers(int column) => _layout.Form == ImageForm.Shifted
        ? _layout.Segments
        : Simd.RoundUp((_grid.LastColumn - column) / _grid.StepX + _layout.Segments * _lanes, _lanes) / _lanes;

    /// <summary>Writes the method <paramref name="name"/>; the channels that are read stand in <paramref name="channels"/> of the table.</summary>
    public void Write(CSharpWriter writer, string name, int? channels, string table)
    {
        Shape image = _grid.Image;
        writer.Line("/// <summary>Copies the image to rows of whole registers.</summary>");
        writer.Open($"private static void {name}(ref float image, ref float x)");
        if (HasFrame)
        {
            writer.Line($"ref float frame = ref Next(ref x, {_layout.Floats});");
            writer.Line($"for (nuint i = 0; i < {FrameFloats(_grid)}; i += {_lanes}) Store(default(Floats{_bits}), ref frame, i);");
        }

        if (channels is int part)
        {
            writer.Line($"ref float w = ref {table};");
            writer.Line(AlignedTable.Part("int", "channels", part));
        }

        writer.Open($"for (int channel = 0; channel < {_layout.Channels.Count}; channel++)");
        string start = channels is null ? "channel" : "Next(ref channels, channel)";
        writer.Line($"ref float from = ref Next(ref image, {start} * {image.Height * image.Width});");
        if (HasFrame) WriteFrame(writer);
        writer.Open($"for (int row = 0; row < {_layout.Rows}; row++)");
        int end = _layout.Columns.Count * _layout.CopyStride;
        for (int copy = 0; copy < _layout.Columns.Count; copy++) WriteRow(writer, _layout.Columns[copy], copy * _layout.CopyStride);
        writer.Line($"from = ref Next(ref from, {(HasFrame ? FramePitch : image.Width)});");
        writer.Line($"x = ref Next(ref x, {_layout.Pitch});");
        writer.Close();
        int rest = end - _layout.Rows * _layout.Pitch;
        if (rest > 0)
        {
            writer.Line();
            writer.Line($"x = ref Next(ref x, {rest});");
        }

        writer.Close();
        writer.Close();
    }

    /// <summary>Copies the channel into the frame, whose border stays zero, and goes on from there.</summary>
    private void WriteFrame(CSharpWriter writer)
    {
        (Shape image, Window window) = (_grid.Image, _grid.Window);
        writer.Line($"ref float to = ref Next(ref frame, {window.Top * FramePitch + window.Left});");
        writer.Open($"for (int row = 0; row < {image.Height}; row++)");
        if (image.Width < _lanes)
        {
            writer.Line($"for (int i = 0; i < {image.Width}; i++) Next(ref to, i) = Next(ref from, i);");
        }
        else
        {
            // The last register begins earlier, so that it does not reach into the border.
            for (int i = 0; i < image.Width; i += _lanes)
            {
                int at = System.Math.Min(i, image.Width - _lanes);
                writer.Line($"Store(Load{_bits}(ref from, {at}), ref to, {at});");
            }
        }

        writer.Line($"from = ref Next(ref from, {image.Width});");
        writer.Line($"to = ref Next(ref to, {FramePitch});");
        writer.Close();
        writer.Line();
        writer.Line("from = ref frame;");
    }

    private void WriteRow(CSharpWriter writer, int column, int copy)
    {
        if (_grid.StepX > 2)
        {
            int last = (_grid.Image.Width + _grid.Window.Left + _grid.Window.Right - 1 - column) / _grid.StepX;
            string at = $"global::System.Math.Min(i, {last}) * {_grid.StepX} + {column}";
            writer.Line($"for (int i = 0; i < {Registers(column) * _lanes}; i++) Next(ref x, i + {copy}) = Next(ref from, {at});");
            return;
        }

        for (int i = 0; i < Registers(column) * _lanes; i += _lanes)
        {
            int at = column + i * _grid.StepX;
            string value = _grid.StepX == 1
                ? $"Load{_bits}(ref from, {at})"
                : $"Evens(Load{_bits}(ref from, {at}), Load{_bits}(ref from, {at + _lanes}))";
            writer.Line($"Store({value}, ref x, {copy + i});");
        }
    }
}
