using System;
using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>
/// The sizes that a model text may state. They are checked before anything is allocated, and whatever is allocated afterwards
/// grows with the text really there, so that a few bytes from a stranger can never claim much memory.
/// </summary>
public static class ModelLimits
{
    /// <summary>The most layers of a network.</summary>
    public const int MaxLayers = 1024;

    /// <summary>The most values between two layers: inputs of the network or outputs of a layer.</summary>
    public const int MaxValues = 1 << 20;

    /// <summary>The most rows or columns of a window, its stride, dilation or padding.</summary>
    public const int MaxImageSide = 1 << 12;

    /// <summary>The most non-zero weights of a network.</summary>
    public const int MaxWeights = 1 << 24;

    /// <summary>The most shared weights of a layer: a code is 16 bits at most.</summary>
    public const int MaxCodes = 1 << 16;

    /// <summary>The most samples of a network.</summary>
    public const int MaxSamples = 4096;

    /// <summary>
    /// Why <paramref name="network"/> has no spelling, or null when it has one: it must make sense, be finite and keep within the limits.
    /// </summary>
    public static string? FindFault(Network network)
    {
        if (network.FindFault() is string fault) return fault;
        if (network.Layers.Length > MaxLayers) return Exceeds("layers", network.Layers.Length, MaxLayers);
        if (network.InputShape.Length > MaxValues) return Exceeds("inputs", network.InputShape.Length, MaxValues);
        if (network.WeightCount > MaxWeights) return Exceeds("weights", network.WeightCount, MaxWeights);
        if (network.Samples.Length > MaxSamples) return Exceeds("samples", network.Samples.Length, MaxSamples);
        foreach (Layer layer in network.Layers)
        {
            int outputs = layer.OutputShape.Length;
            if (outputs > MaxValues) return Exceeds($"outputs in layer '{layer.Name}'", outputs, MaxValues);
            if (layer is WeightedLayer { Weights.Codebook.Length: > MaxCodes and var codes })
            {
                return Exceeds($"shared weights in layer '{layer.Name}'", codes, MaxCodes);
            }

            if (layer is ConvolutionLayer { Weights.Columns: > MaxValues and var columns })
            {
                return Exceeds($"weights a filter in layer '{layer.Name}'", columns, MaxValues);
            }

            if (FindWindow(layer) is Window window && LargestSide(window) is > MaxImageSide and var side)
            {
                return Exceeds($"elements along a side of the window of layer '{layer.Name}'", side, MaxImageSide);
            }
        }

        for (int i = 0; i < network.Samples.Length; i++)
        {
            Sample sample = network.Samples[i];
            if (!Array.TrueForAll(sample.InputValues.Raw, FloatBits.IsFinite) || !Array.TrueForAll(sample.Outputs.Raw, FloatBits.IsFinite))
            {
                return $"Sample {i} holds a number that is not finite.";
            }
        }

        return null;
    }

    /// <summary>A limit as messages show it: 1,048,576.</summary>
    internal static string Show(int limit) => limit.ToString("N0", CultureInfo.InvariantCulture);

    private static Window? FindWindow(Layer layer) => layer switch
    {
        ConvolutionLayer convolution => convolution.Window,
        PoolingLayer pooling => pooling.Window,
        _ => null,
    };

    private static int LargestSide(Window w)
    {
        int largest = 0;
        foreach (int side in new[] { w.Height, w.Width, w.StrideY, w.StrideX, w.DilationY, w.DilationX, w.Top, w.Left, w.Bottom, w.Right })
        {
            largest = Math.Max(largest, side);
        }

        return largest;
    }

    private static string Exceeds(string what, int count, int limit) =>
        $"The network has {Show(count)} {what}; a model file takes at most {Show(limit)}.";
}
