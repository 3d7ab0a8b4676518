using Espalier.Data;

namespace Espalier.Cli.Reproduction.Experiments.GradualMagnitude;

/// <summary>More samples from those that there are: clothes look as well the other way round.</summary>
internal static class MirrorImages
{
    /// <summary>The images of <paramref name="data"/>, and after them the same mirrored left to right.</summary>
    /// <param name="data">Labelled square images of one channel.</param>
    public static Dataset Add(Dataset data)
    {
        int length = data.InputShape.Length, side = (int)Math.Sqrt(length);
        var inputs = new float[2 * data.Inputs.Length];
        data.Inputs.CopyTo(inputs, 0);
        Span<float> mirrored = inputs.AsSpan(data.Inputs.Length);
        data.Inputs.CopyTo(mirrored);
        for (int row = 0; row < mirrored.Length; row += side) mirrored.Slice(row, side).Reverse();
        return Dataset.Classification(data.Name, data.InputShape, inputs, [.. data.Labels!, .. data.Labels!], data.ClassNames);
    }
}
