using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>Makes a <see cref="Dataset"/> of a pair of IDX files, one of images (or vectors), one of labels.</summary>
public static class IdxDataset
{
    private const int MaxClasses = 1 << 16;

    /// <summary>
    /// Loads images and labels. The first extent counts the samples; N x H x W has one channel, N x C x H x W several, N x L are vectors.
    /// Unsigned bytes are divided by 255, so that pixels lie in [0, 1]; elements of other types are taken as they are.
    /// </summary>
    /// <param name="name">What the set is called.</param>
    /// <param name="imagesPath">The images.</param>
    /// <param name="labelsPath">The labels: a vector of whole numbers from 0.</param>
    /// <param name="classNames">The classes' names, or null to call the classes "0", "1" and so on up to the greatest label.</param>
    /// <exception cref="EspalierException">A file is missing or bad, the counts differ, or a label names no class.</exception>
    public static Dataset Load(string name, string imagesPath, string labelsPath, IReadOnlyList<string>? classNames = null)
    {
        IdxArray labels = IdxReader.Read(labelsPath);
        if (labels.Dimensions.Count != 1)
        {
            throw new EspalierException($"{labelsPath}: byte 3: labels have one dimension, not {labels.Dimensions.Count}; " +
                "name the images first, then the labels.");
        }

        IdxArray images = IdxReader.Read(imagesPath);
        Shape shape = SampleShape(images);
        if (images.Dimensions[0] != labels.Count)
        {
            throw new EspalierException($"{imagesPath} holds {images.Dimensions[0]} images, but {labelsPath} {labels.Count} labels; " +
                "name two files that belong together.");
        }

        int[] values = ToLabels(labels, classNames?.Count ?? MaxClasses);
        return Dataset.Classification(name, shape, ToInputs(images), values, classNames ?? NumberedClasses(values.Max() + 1));
    }

    /// <summary>"0", "1" and so on: the names of classes that have none.</summary>
    internal static string[] NumberedClasses(int count)
    {
        var names = new string[count];
        for (int i = 0; i < count; i++) names[i] = i.ToString(CultureInfo.InvariantCulture);
        return names;
    }

    private static Shape SampleShape(IdxArray images) => images.Dimensions switch
    {
        [_, int length] => Shape.Flat(length),
        [_, int height, int width] => new Shape(1, height, width),
        [_, int channels, int height, int width] => new Shape(channels, height, width),
        _ => throw new EspalierException(
            $"{images.Path}: byte 3: images have 2, 3 or 4 dimensions, not {images.Dimensions.Count}; " +
            "name the images first, then the labels."),
    };

    private static float[] ToInputs(IdxArray images)
    {
        var inputs = new float[images.Count];
        if (images.ElementType == IdxElementType.Unsigned8)
        {
            // A table, because 47 million divisions of MNIST's pixels have only 256 results.
            var scaled = new float[256];
            for (int i = 0; i < scaled.Length; i++) scaled[i] = i / 255f;
            byte[] bytes = images.Bytes;
            for (int i = 0; i < inputs.Length; i++) inputs[i] = scaled[bytes[i]];
            return inputs;
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = (float)images[i];
            if (!float.IsFinite(inputs[i]))
            {
                throw images.ErrorAt(i, $"{inputs[i].ToString(CultureInfo.InvariantCulture)} is no finite number.");
            }
        }

        return inputs;
    }

    private static int[] ToLabels(IdxArray labels, int classCount)
    {
        var values = new int[labels.Count];
        for (int i = 0; i < values.Length; i++)
        {
            double value = labels[i];
            if (!(value >= 0 && value < classCount) || value != Math.Floor(value))
            {
                throw labels.ErrorAt(
                    i, string.Create(CultureInfo.InvariantCulture, $"label {value} is no whole number from 0 to {classCount - 1}."));
            }

            values[i] = (int)value;
        }

        return values;
    }
}
