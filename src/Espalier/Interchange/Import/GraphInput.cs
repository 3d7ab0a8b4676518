using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>An input of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dims">The length of each axis for one sample.</param>
/// <param name="Batch">The axis of the batch, -1 for none.</param>
/// <param name="Declared">The lengths that the model declares, -1 for one that is open.</param>
internal sealed record GraphInput(string Name, int[] Dims, int Batch, int[] Declared)
{
    /// <summary>The length that the model declares for the axis of the batch, 0 when it is open or there is none.</summary>
    public int FixedBatch => Batch == 0 ? Math.Max(Declared[0], 0) : 0;

    private int Length => Tensors.Count(Dims);

    /// <summary>Reads an input's description.</summary>
    /// <param name="input">The description.</param>
    /// <param name="given">The shape that the user gives it, or null.</param>
    /// <exception cref="EspalierException">It is no tensor, or leaves an axis open that is not the batch.</exception>
    public static GraphInput Of(ValueInfoProto input, IReadOnlyList<int>? given)
    {
        const string Mend = "export the model with a fixed one, or give the shape at import";
        TensorShapeProto? shape = input.Type?.TensorType?.Shape;
        if (shape is null && given is null) throw new EspalierException($"input '{input.Name}' has no shape; {Mend}.");
        int[] declared = given is not null
            ? [.. given]
            : [.. shape!.Dim.Select(dim => dim.DimValue is > 0 and <= int.MaxValue ? (int)dim.DimValue : -1)];
        if (given is not null && shape is { Dim.Count: > 0 } && shape.Dim.Count != given.Count)
        {
            throw new EspalierException(
                $"input '{input.Name}' has {shape.Dim.Count} axes, batch included; the shape given has {given.Count}.");
        }

        int open = Array.LastIndexOf(declared, -1);
        if (open > 0) throw new EspalierException($"input '{input.Name}' has no fixed length along axis {open}; {Mend}.");
        bool isBatch = declared.Length > 0 && (open == 0 || (declared.Length > 1 && declared[0] > 1));
        int[] dims = isBatch ? [1, .. declared[1..]] : declared;
        if (Tensors.Count(dims) > ModelLimits.MaxValues)
        {
            throw new EspalierException($"input '{input.Name}' has {Tensors.Show(dims)} values; {ModelLimits.MaxValues:N0} are the most.");
        }

        return new GraphInput(input.Name, dims, isBatch ? 0 : -1, declared);
    }

    /// <summary>The inputs, as wholes unless the first axes of all that have a batch are open or equal.</summary>
    public static GraphInput[] Agreeing(GraphInput[] inputs)
    {
        int batches = inputs.Where(input => input.Batch == 0).Select(input => input.Declared[0]).Where(length => length > 0)
            .Distinct().Count();
        return batches > 1 ? AsWholes(inputs) ?? inputs : inputs;
    }

    /// <summary>The inputs with all that they have as one sample; null when an axis is open or they are such already.</summary>
    public static GraphInput[]? AsWholes(GraphInput[] inputs)
    {
        if (Array.TrueForAll(inputs, input => input.Batch < 0) || Array.Exists(inputs, input => input.Declared.Contains(-1))) return null;
        return Array.ConvertAll(inputs, input => input with { Dims = input.Declared, Batch = -1 });
    }

    /// <summary>How the network declares the inputs at first: one image as such, all else as a vector.</summary>
    public static InputDeclaration Declare(GraphInput[] inputs)
    {
        if (inputs is [{ Dims: [1, int channels, int height, int width] }])
        {
            return new InputDeclaration(new Shape(channels, height, width), null);
        }

        long length = inputs.Sum(input => (long)input.Length);
        if (length > ModelLimits.MaxValues)
        {
            throw new EspalierException($"the inputs have {length:N0} values together; {ModelLimits.MaxValues:N0} are the most.");
        }

        return new InputDeclaration(Shape.Flat((int)length), null);
    }

    /// <summary>The inputs as views of the network's input.</summary>
    public static IEnumerable<(string Name, Signal Signal)> Signals(GraphInput[] inputs, InputDeclaration declaration)
    {
        int start = 0;
        foreach (GraphInput input in inputs)
        {
            int[]? map = inputs.Length == 1 ? null : [.. Enumerable.Range(start, input.Length)];
            if (declaration.Order is int[] order)
            {
                map = new int[order.Length];
                for (int i = 0; i < order.Length; i++) map[order[i]] = i;
            }

            start += input.Length;
            yield return (input.Name, new Signal(-1, input.Dims, map, input.Batch, true));
        }
    }

    /// <summary>Tells the user how the network reads the inputs, where it is not as the model does.</summary>
    public static void AddNotes(NetworkAssembler network, GraphInput[] inputs, InputDeclaration declaration)
    {
        foreach (GraphInput input in inputs)
        {
            bool isWhole = input.Batch < 0 && input.Declared is [> 1, _, ..];
            if (isWhole)
            {
                network.Note(
                    $"a sample is the whole input '{input.Name}', {Tensors.Show(input.Dims)}: the model computes across its first axis");
            }
            else if (input.Batch == 0 && input.Declared[0] > 1)
            {
                network.Note($"input '{input.Name}' is declared for batches of {input.Declared[0]}; the network takes one sample");
            }
        }

        if (inputs.Length > 1)
        {
            network.Note(
                $"the inputs {string.Join(", ", inputs.Select(input => $"'{input.Name}'"))} are read one after the other as one input");
        }

        if (declaration.Order is not null)
        {
            network.Note($"samples of '{inputs[0].Name}' are read as {declaration.Shape} (channels x height x width), "
                + $"not as the model's {Tensors.Show(inputs[0].Dims)}: transpose them");
        }
    }
}
