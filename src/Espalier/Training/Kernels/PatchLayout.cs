using Espalier.Compilation.Model;

namespace Espalier.Training.Kernels;

/// <summary>
/// Where a convolution's filters read: within a padded image, what column c of the weights meets at position p stands at
/// <see cref="Taps"/>[c] + <see cref="Positions"/>[p], counted from the first channel of the filter's group.
/// </summary>
internal sealed class PatchLayout
{
    private readonly Shape _image;
    private readonly Window _window;
    private readonly int _height, _width;

    /// <summary>Computes the places of <paramref name="layer"/>.</summary>
    public PatchLayout(TrainableConvolution layer)
    {
        (_image, _window) = (layer.InputShape, layer.Window);
        (_height, _width) = (_image.Height + _window.Top + _window.Bottom, _image.Width + _window.Left + _window.Right);
        IsPadded = _window.HasPadding;
        Length = checked(_image.Channels * _height * _width);
        GroupLength = Length / layer.Groups;
        Taps = new int[layer.Weights.Columns];
        for (int column = 0; column < Taps.Length; column++)
        {
            int channel = column / _window.Length, tapY = column % _window.Length / _window.Width, tapX = column % _window.Width;
            Taps[column] = (channel * _height + tapY * _window.DilationY) * _width + tapX * _window.DilationX;
        }

        int across = layer.OutputShape.Width;
        Positions = new int[layer.Positions];
        for (int i = 0; i < Positions.Length; i++) Positions[i] = i / across * _window.StrideY * _width + i % across * _window.StrideX;
    }

    /// <summary>Whether a padded image differs from the image.</summary>
    public bool IsPadded { get; }

    /// <summary>The values of a padded image.</summary>
    public int Length { get; }

    /// <summary>The values of a group's channels of a padded image.</summary>
    public int GroupLength { get; }

    /// <summary>The offset of each column of the weights.</summary>
    public int[] Taps { get; }

    /// <summary>The offset of each output position, row by row.</summary>
    public int[] Positions { get; }

    /// <summary>Puts an image in the middle of its padding, which is not touched.</summary>
    public void Pad(ReadOnlySpan<float> image, Span<float> padded)
    {
        for (int row = 0; row < _image.Channels * _image.Height; row++)
        {
            image.Slice(row * _image.Width, _image.Width).CopyTo(padded[RowStart(row)..]);
        }
    }

    /// <summary>Takes an image out of its padding.</summary>
    public void Unpad(ReadOnlySpan<float> padded, Span<float> image)
    {
        for (int row = 0; row < _image.Channels * _image.Height; row++)
        {
            padded.Slice(RowStart(row), _image.Width).CopyTo(image[(row * _image.Width)..]);
        }
    }

    private int RowStart(int row) => (row / _image.Height * _height + _window.Top + row % _image.Height) * _width + _window.Left;
}
