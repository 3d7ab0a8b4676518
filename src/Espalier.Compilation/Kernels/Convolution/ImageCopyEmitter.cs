using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// Writes the method that copies an image to where and how a convolution reads it (<see cref="ImageLayout"/>). With padding each channel
/// goes to a frame of zeros first, and from there to its copies. Lanes that count for nothing hold other values of the image, so that they
/// are finite when the image is.
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

    private int SourcePitch => HasFrame ? FramePitch : _grid.Image.Width;

    private bool HasFrame => _grid.Window.HasPadding;

    /// <summary>The floats of the frame, and of what loads of whole registers reach behind it; none without padding.</summary>
    public static int FrameFloats(PixelGrid grid) => !grid.Window.HasPadding ? 0 : Simd.RoundUp(
        checked((grid.Image.Height + grid.Window.Top + grid.Window.Bottom) * PitchOf(grid) + ConvolutionKernel.ReadSlack),
        ImageLayout.LineFloats);

    private static int PitchOf(PixelGrid grid) => grid.Image.Width + grid.Window.Left + grid.Window.Right;

    /// <summary>The registers of a row of a copy that some load reaches.</summary>
    private int Registers(int column) => _layout.Form is ImageForm.Shifted or ImageForm.Packed
        ? _layout.RowRegisters
        : Simd.RoundUp((_grid.LastColumn - column) / _grid.StepX + _layout.Segments * _lanes, _lanes) / _lanes;

    /// <summary>
    /// Writes the method <paramref name="name"/>; the channels that are read stand in <paramref name="channels"/> of the table.
    /// </summary>
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
        if (_layout.PicksRows) WritePicked(writer);
        else if (_layout.IsPacked) WritePacked(writer);
        else WriteRows(writer);
        writer.Line($"from = ref Next(ref from, {SourcePitch});");
        writer.Line($"x = ref Next(ref x, {_layout.Pitch});");
        writer.Close();
        int rest = _layout.ChannelStride - _layout.Rows * _layout.Pitch;
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
        if (image.Width < _lanes)
        {
            string bits = string.Join(", ", Enumerable.Range(0, _lanes).Select(lane => lane < image.Width ? -1 : 0));
            writer.Line($"Floats{_bits} mask = Simd{_bits}.AsSingle(Simd{_bits}.Create({bits}));");
        }

        writer.Open($"for (int row = 0; row < {image.Height}; row++)");
        if (image.Width < _lanes)
        {
            // What the register holds behind the row is zero, as the border is that it writes over; the next row writes over the rest.
            writer.Line($"Store(Load{_bits}(ref from, 0) & mask, ref to, 0);");
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

    private void WriteRows(CSharpWriter writer)
    {
        for (int copy = 0; copy < _layout.Columns.Count; copy++)
        {
            WriteRow(writer, _layout.Columns[copy], copy * _layout.CopyStride, "from", "x");
        }
    }

    /// <summary>
    /// Copies what lies under the taps of one row, row behind row: what a store writes behind the end of a row, the next one writes over.
    /// </summary>
    private void WritePacked(CSharpWriter writer)
    {
        writer.Line("ref float under = ref from, packed = ref x;");
        writer.Open($"for (int line = 0; line < {_grid.Rows}; line++)");
        for (int copy = 0; copy < _layout.Columns.Count; copy++)
        {
            WriteRow(writer, _layout.Columns[copy], copy * _layout.CopyStride, "under", "packed");
        }

        writer.Line($"under = ref Next(ref under, {_grid.StepY * SourcePitch});");
        writer.Line($"packed = ref Next(ref packed, {_grid.Columns});");
        writer.Close();
        writer.Line();
    }

    /// <summary>
    /// Copies what lies under the taps of one row: two rows of the image give the pixels of two columns of taps, and where four rows share
    /// a register, the halves of two such registers go together.
    /// </summary>
    private void WritePicked(CSharpWriter writer)
    {
        int columns = _grid.Columns, rowsOfRegister = _lanes / columns, half = _lanes / 2, step = _grid.StepY * SourcePitch;
        for (int line = 0; line < _layout.Lines; line++)
        {
            string[] rows = [.. Enumerable.Range(line * rowsOfRegister, rowsOfRegister).Select(row => $"row{row}")];
            for (int i = 0; i < rows.Length; i++)
            {
                writer.Line($"Floats{_bits} {rows[i]} = Load{_bits}(ref from, {(line * rowsOfRegister + i) * step});");
            }

            for (int column = 0; column < _layout.Columns.Count; column += half / columns)
            {
                int[] index = [.. Enumerable.Range(0, _lanes).Select(
                    lane => (lane / columns % 2 * _lanes) + ((lane / columns / 2 + column + lane % columns * _grid.StepX) % _lanes))];
                int to = column * _layout.CopyStride + line * _lanes;
                if (rows.Length == 2)
                {
                    WriteStore(Pick(rows[0], rows[1], index), to);
                    continue;
                }

                (string upper, string lower) = ($"upper{line}_{column}", $"lower{line}_{column}");
                writer.Line($"Floats{_bits} {upper} = {Pick(rows[0], rows[1], index)}, {lower} = {Pick(rows[2], rows[3], index)};");
                for (int other = 0; other < 2 && column + other < _layout.Columns.Count; other++)
                {
                    int first = other * half;
                    int[] halves = [.. Enumerable.Range(0, _lanes).Select(lane => lane / half * _lanes + lane % half + first)];
                    WriteStore(Pick(upper, lower, halves), to + other * _layout.CopyStride);
                }
            }
        }

        string Pick(string low, string high, int[] index) => $"Pick({low}, {high}, Simd{_bits}.Create({string.Join(", ", index)}))";

        void WriteStore(string value, int offset) => writer.Line($"Store({value}, ref x, {offset});");
    }

    /// <summary>
    /// Whether two registers hold all that the lanes of a row read, so that every copy picks from them: half the loads, and few of those
    /// aligned.
    /// </summary>
    private bool PicksFromPair =>
        _grid.StepX == 2 && _lanes == ImageLayout.LineFloats
            && _layout.RowRegisters == 1 && 2 * (_grid.Columns - 1) + _grid.LastColumn < 2 * _lanes;

    private void WriteRow(CSharpWriter writer, int column, int copy, string from, string to)
    {
        if (PicksFromPair && _layout.Form is ImageForm.Shifted or ImageForm.Packed)
        {
            if (column == 0) writer.Line($"Floats{_bits} low = Load{_bits}(ref {from}, 0), high = Load{_bits}(ref {from}, {_lanes});");
            string index = string.Join(", ", Enumerable.Range(0, _lanes).Select(lane => (2 * lane + column) % (2 * _lanes)));
            writer.Line($"Store(Pick(low, high, Simd{_bits}.Create({index})), ref {to}, {copy});");
            return;
        }

        if (_grid.StepX > 2)
        {
            int last = (_grid.Image.Width + _grid.Window.Left + _grid.Window.Right - 1 - column) / _grid.StepX;
            string at = $"global::System.Math.Min(i, {last}) * {_grid.StepX} + {column}";
            writer.Line($"for (int i = 0; i < {Registers(column) * _lanes}; i++) Next(ref {to}, i + {copy}) = Next(ref {from}, {at});");
            return;
        }

        for (int i = 0; i < Registers(column) * _lanes; i += _lanes)
        {
            int at = column + i * _grid.StepX;
            string value = _grid.StepX == 1
                ? $"Load{_bits}(ref {from}, {at})"
                : $"Evens(Load{_bits}(ref {from}, {at}), Load{_bits}(ref {from}, {at + _lanes}))";
            writer.Line($"Store({value}, ref {to}, {copy + i});");
        }
    }
}
