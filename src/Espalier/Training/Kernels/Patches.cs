using Espalier.Compilation.Model;

namespace Espalier.Training.Kernels;

/// <summary>The values under a convolution's window, position by position.</summary>
internal static class Patches
{
    /// <summary>Where the value stands that a filter reads at an output position; negative for the padding.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="group">The filter's group.</param>
    /// <param name="position">The output position, row by row.</param>
    /// <param name="column">The column of the weights.</param>
    public static int IndexOf(TrainableConvolution layer, int group, int position, int column)
    {
        (int height, int width) = (layer.InputShape.Height, layer.InputShape.Width);
        Window window = layer.Window;
        int channel = group * layer.GroupChannels + column / window.Length, tap = column % window.Length;
        int y = window.ImageY(position / layer.OutputShape.Width, tap / window.Width);
        int x = window.ImageX(position % layer.OutputShape.Width, tap % window.Width);
        return y >= 0 && y < height && x >= 0 && x < width ? (channel * height + y) * width + x : -1;
    }
}
