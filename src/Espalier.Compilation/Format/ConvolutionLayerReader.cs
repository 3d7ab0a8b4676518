using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads a convolution.</summary>
internal static class ConvolutionLayerReader
{
    /// <summary>Reads from the space behind the layer's kind and sources on; null after an error.</summary>
    public static ConvolutionLayer? Read(LineCursor cursor, LayerHead head, int maxWeights)
    {
        if (!head.ReadShape(cursor)) return null;
        if (!cursor.SpacedNumber("the number of filters", 1, ModelLimits.MaxValues, out int filters)) return null;
        if (!WindowReader.Read(cursor, head, out Window window) || !ReadGroups(cursor, head, filters, out int groups)) return null;
        long columns = (long)head.Shape.Channels / groups * window.Length;
        if (columns > ModelLimits.MaxValues)
        {
            cursor.FailToken($"A filter of layer '{head.Name}' spans more than {ModelLimits.Show(ModelLimits.MaxValues)} weights.");
            return null;
        }

        if (!LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        if (WeightRowReader.Read(cursor, "filter", filters, (int)columns, maxWeights) is not var (weights, biases)) return null;
        return new ConvolutionLayer(head.Name, head.Shape, window, groups, weights, biases, activation);
    }

    private static bool ReadGroups(LineCursor cursor, LayerHead head, int filters, out int groups)
    {
        groups = 1;
        if (!cursor.TakeSpacedWord(ModelText.Groups)) return true;
        int channels = head.Shape.Channels;
        if (!cursor.SpacedNumber("the number of groups", 2, ModelLimits.MaxValues, out groups)) return false;
        return (channels % groups == 0 && filters % groups == 0)
            || cursor.FailToken($"{groups} groups do not divide {channels} channels and {filters} filters.");
    }
}
