using System.Globalization;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>Stages in words, for comments and tables.</summary>
internal static class StageText
{
    /// <summary>What the method of a stage computes.</summary>
    public static string Summary(Stage stage)
    {
        string text = $"{stage.Layer.Name}: output = {Formula(stage.Layer)}";
        if (stage.Pooling is PoolingLayer pooling) text += $", then {pooling.Name}: {Formula(pooling)}";
        return text + ".";
    }

    /// <summary>From which shape to which the stage goes.</summary>
    public static string Shapes(Stage stage) => stage.Layer is DenseLayer dense
        ? $"{dense.Weights.Columns} -> {dense.Weights.Rows}"
        : $"{stage.Layer.InputShape} -> {stage.OutputShape}";

    /// <summary>The name of the stage's layer, or of both.</summary>
    public static string Name(Stage stage) => stage.Pooling is null ? stage.Layer.Name : $"{stage.Layer.Name} + {stage.Pooling.Name}";

    /// <summary>The name of an activation function, with its parameter.</summary>
    public static string Name(Activation activation)
    {
        string name = Kind(activation);
        return activation.HasParameter ? $"{name} {activation.Alpha.ToString("G9", CultureInfo.InvariantCulture)}" : name;
    }

    private static string Kind(Activation activation) => activation.Kind.ToString().ToLowerInvariant();

    private static string Formula(Layer layer) => layer switch
    {
        DenseLayer dense => $"{Kind(dense.Activation)}(W input + b), "
            + $"W {dense.Weights.Rows} x {dense.Weights.Columns} with {dense.Weights.Count} weights",
        ConvolutionLayer convolution => $"{Kind(convolution.Activation)}(W * input + b), {convolution.Input} to {convolution.OutputShape}, "
            + $"{convolution.Window.Height}x{convolution.Window.Width} taps, {convolution.Weights.Count} weights",
        PoolingLayer pooling => $"{Wrapped(pooling, pooling.Kind == PoolingKind.Max ? "maximum" : "mean")}, "
            + $"{pooling.Input} to {pooling.OutputShape}, window {pooling.Window.Height}x{pooling.Window.Width}",
        AdditionLayer addition => $"{Wrapped(addition, "sum")} of {addition.Count} inputs of {addition.Shape}",
        ConcatenationLayer concatenation =>
            $"{Wrapped(concatenation, "concatenation")} of {concatenation.InputCount} inputs to {concatenation.OutputShape}",
        _ => $"{Wrapped(layer, "input")}, {layer.InputShape} to {layer.OutputShape}",
    };

    private static string Wrapped(Layer layer, string what) =>
        layer.Activation.Kind == ActivationKind.Identity ? what : $"{Kind(layer.Activation)}({what})";
}
