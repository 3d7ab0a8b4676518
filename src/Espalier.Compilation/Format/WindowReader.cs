using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>
/// Reads a window: <c>5x5</c>, then, each only where it is not the default, <c>stride 2x2</c>, <c>dilation 2x2</c> and
/// <c>padding TOP LEFT BOTTOM RIGHT</c>.
/// </summary>
internal static class WindowReader
{
    /// <summary>Reads a space and a window that fits <paramref name="head"/>'s shape.</summary>
    public static bool Read(LineCursor cursor, LayerHead head, out Window window)
    {
        window = default;
        if (!ReadPair(cursor, "window", out int height, out int width)) return false;
        window = new Window(height, width);
        if (cursor.TakeSpacedWord(ModelText.Stride))
        {
            if (!ReadPair(cursor, ModelText.Stride, out int y, out int x) || !IsNoDefault(cursor, y * x == 1, "A stride of 1x1"))
            {
                return false;
            }

            window = window with { StrideY = y, StrideX = x };
        }

        if (cursor.TakeSpacedWord(ModelText.Dilation))
        {
            if (!ReadPair(cursor, ModelText.Dilation, out int y, out int x) || !IsNoDefault(cursor, y * x == 1, "A dilation of 1x1"))
            {
                return false;
            }

            window = window with { DilationY = y, DilationX = x };
        }

        if (cursor.TakeSpacedWord(ModelText.Padding))
        {
            if (!ReadSide("above", out int top) || !ReadSide("to the left", out int left)) return false;
            if (!ReadSide("below", out int bottom) || !ReadSide("to the right", out int right)) return false;
            window = window with { Top = top, Left = left, Bottom = bottom, Right = right };
            if (!IsNoDefault(cursor, !window.HasPadding, "No padding")) return false;
        }

        return window.FindFault(head.Shape) is not string fault || cursor.FailToken($"Layer '{head.Name}' {fault}");

        bool ReadSide(string where, out int size) => cursor.SpacedNumber($"the padding {where}", 0, ModelLimits.MaxImageSide, out size);
    }

    private static bool ReadPair(LineCursor cursor, string what, out int y, out int x)
    {
        x = 0;
        return cursor.SpacedNumber($"the height of the {what}", 1, ModelLimits.MaxImageSide, out y)
            && cursor.Mark(ModelText.ShapeSeparator)
            && cursor.Number($"the width of the {what}", 1, ModelLimits.MaxImageSide, out x);
    }

    private static bool IsNoDefault(LineCursor cursor, bool isDefault, string what) =>
        !isDefault || cursor.FailToken($"{what} is the default: leave it out.");
}
