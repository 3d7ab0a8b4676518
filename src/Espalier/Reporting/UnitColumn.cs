using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>The units of one layer in a <see cref="NetworkPicture"/>: a grid of cells for an image, otherwise columns of dots.</summary>
internal sealed class UnitColumn
{
    private const int MaxUnitsHigh = 60;

    private readonly string _name;
    private readonly int _count;
    private readonly bool _isImage;
    private readonly int _across;
    private readonly float[] _incoming;
    private readonly float[] _outgoing;
    private readonly double _x, _y, _pitch, _top;

    /// <summary>Lays out the units of <paramref name="shape"/> in a box at (<paramref name="x"/>, <paramref name="top"/>).</summary>
    /// <param name="name">The caption.</param>
    /// <param name="shape">The layer's output shape; one channel of an image is drawn as a grid.</param>
    /// <param name="incoming">The sum of |w| into each unit, or empty for inputs.</param>
    /// <param name="outgoing">The sum of |w| out of each unit, or empty for outputs.</param>
    /// <param name="x">The left edge.</param>
    /// <param name="top">The top edge.</param>
    /// <param name="height">The height of the box.</param>
    /// <param name="maxWidth">The widest that a grid may grow.</param>
    public UnitColumn(string name, Shape shape, float[] incoming, float[] outgoing, double x, double top, double height, double maxWidth)
    {
        (_name, _count, _incoming, _outgoing, _x, _top) = (name, shape.Length, incoming, outgoing, x, top);
        _isImage = shape.Channels == 1 && !shape.IsFlat;
        _across = _isImage ? shape.Width : (_count + MaxUnitsHigh - 1) / MaxUnitsHigh;
        int high = (_count + _across - 1) / _across;
        _pitch = Math.Min(Math.Min(height / high, maxWidth / _across), 18);
        _y = top + (height - high * _pitch) / 2;
    }

    /// <summary>The middle of the column.</summary>
    public double CentreX => _x + _across * _pitch / 2;

    /// <summary>The middle of unit <paramref name="unit"/>, where its lines meet.</summary>
    public (double X, double Y) Centre(int unit) => (_x + (unit % _across + 0.5) * _pitch, _y + (unit / _across + 0.5) * _pitch);

    /// <summary>Draws the units over the lines.</summary>
    public void Draw(SvgCanvas canvas)
    {
        float strongest = _outgoing.DefaultIfEmpty(0).Max();
        int alive = 0;
        for (int unit = 0; unit < _count; unit++)
        {
            bool lives = (_incoming.Length == 0 || _incoming[unit] > 0) && (_outgoing.Length == 0 || _outgoing[unit] > 0);
            alive += lives ? 1 : 0;
            (double x, double y) = Centre(unit);
            if (_isImage)
            {
                string fill = lives ? Shade(_outgoing[unit] / strongest) : Palette.Faint;
                canvas.Rectangle(x - _pitch / 2, y - _pitch / 2, _pitch - 0.5, _pitch - 0.5, fill);
            }
            else
            {
                canvas.Circle(x, y, Math.Min(_pitch * 0.36, 5), lives ? Palette.Ink : Palette.Paper, lives ? null : Palette.Faint);
            }
        }

        canvas.Label(CentreX, _top - 12, $"{_name}: {alive} of {_count}", 12, "middle", bold: true);
    }

    // From a light to a dark blue-grey.
    private static string Shade(float strength)
    {
        float t = MathF.Sqrt(strength);
        return $"#{Mix(0xc8, 0x14, t):x2}{Mix(0xd5, 0x2a, t):x2}{Mix(0xe6, 0x4d, t):x2}";
    }

    private static int Mix(int from, int to, float t) => (int)(from + (to - from) * t);
}
