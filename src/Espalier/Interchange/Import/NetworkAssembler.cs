using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>Makes layers that read signals.</summary>
/// <param name="input">The shape of the network's input.</param>
/// <param name="canRedeclareInput">Whether the network's input may still be declared of another shape or order.</param>
internal sealed class NetworkAssembler(Shape input, bool canRedeclareInput)
{
    // Beyond that a softmax over each row of something would be no small network.
    private const int MaxSoftmaxGroups = 64;

    private readonly HashSet<string> _notes = new(StringComparer.Ordinal);

    /// <summary>The layers made so far.</summary>
    public LayerList Layers { get; } = new(input);

    /// <summary>Whether the network's input may still be declared of another shape or order.</summary>
    public bool CanRedeclareInput => canRedeclareInput;

    /// <summary>What the user should know of the import, in the order in which it came up.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Tells the user something, once.</summary>
    public void Note(string text)
    {
        if (_notes.Add(text)) Notes.Add(text);
    }

    /// <summary>A fully connected layer over all values that <paramref name="x"/> views.</summary>
    public Signal Dense(string name, Signal x, SparseRows rows, int[] dims, int batch)
    {
        SparseMatrix weights = rows.ToMatrix();
        int layer = Layers.Add(
            name, [x.Source], unique => new DenseLayer(unique, weights, FloatVector.Own(new float[weights.Rows]), Activation.Identity));
        return new Signal(layer, dims, null, batch, false);
    }

    /// <summary>The rows of a fully connected layer that reads what <paramref name="x"/> views.</summary>
    public SparseRows RowsOver(Signal x) => new(Layers.ShapeOf(x.Source).Length);

    /// <summary>The elements of <paramref name="x"/> as all values of one layer, in their order.</summary>
    public Signal InOrder(string name, Signal x)
    {
        if (IsWhole(x, x.Map)) return x with { Map = null };
        SparseRows rows = RowsOver(x);
        for (int i = 0; i < x.Length; i++)
        {
            rows.Add(x.At(i), 1);
            rows.EndRow();
        }

        Note($"{name}: values are put in another order by a fully connected layer with one weight of 1 for each");
        return x.On(Dense($"{name}_order", x, rows, x.Dims, x.Batch).Source);
    }

    /// <summary>A signal whose elements are all values of its layer, each once, in whatever order.</summary>
    public Signal Permuted(string name, Signal x) => IsPermutation(x) ? x : InOrder(name, x);

    /// <summary>Whether the elements are all values of the layer viewed, each once.</summary>
    public bool IsPermutation(Signal x)
    {
        int length = Layers.ShapeOf(x.Source).Length;
        if (x.Length != length) return false;
        if (x.Map is not int[] map) return true;
        var isSeen = new bool[length];
        foreach (int index in map)
        {
            if (index < 0 || isSeen[index]) return false;
            isSeen[index] = true;
        }

        return true;
    }

    /// <summary>The signal with the layer viewed read as a plain vector, no value moved.</summary>
    public Signal Flattened(string name, Signal x)
    {
        Shape shape = Layers.ShapeOf(x.Source);
        if (shape.IsFlat) return x;
        return x with { Source = Layers.Add($"{name}_flat", [x.Source], unique => new FlattenLayer(unique, shape)) };
    }

    /// <summary>
    /// The layer whose sums only <paramref name="x"/> reads, with no function applied to them yet; null where there is none.
    /// </summary>
    public Layer? OpenLayer(Signal x) =>
        !x.IsShared && Layers[x.Source] is { Activation.Kind: ActivationKind.Identity } layer and not FlattenLayer ? layer : null;

    /// <summary>
    /// An activation function of each element by itself, or softmax of all. A ReLU that is clipped afterwards becomes a clipped one.
    /// </summary>
    public Signal Activate(string name, Signal x, Activation activation)
    {
        x = Permuted(name, x);
        bool clipsRelu = activation.Kind == ActivationKind.ClippedRelu && !x.IsShared
            && Layers[x.Source]?.Activation.Kind == ActivationKind.Relu;
        if ((clipsRelu ? Layers[x.Source] : OpenLayer(x)) is Layer layer)
        {
            Layers.Replace(x.Source, layer with { Activation = activation });
            return x;
        }

        Shape shape = Layers.ShapeOf(x.Source);
        int index = Layers.Add(name, [x.Source], unique => Affine.Unit(unique, shape) with { Activation = activation });
        return x with { Source = index, IsShared = false };
    }

    /// <summary><paramref name="outer"/> f(<paramref name="inner"/> x) for an activation function f.</summary>
    public Signal Activate(string name, Signal x, double inner, Activation activation, double outer)
    {
        Signal scaled = Affine.Apply(this, $"{name}_from", x, _ => inner, _ => 0);
        return Affine.Apply(this, $"{name}_scale", Activate(name, scaled, activation), _ => outer, _ => 0);
    }

    /// <summary>Softmax over groups of elements; each element belongs to one.</summary>
    /// <param name="name">The name of a layer made for it.</param>
    /// <param name="x">The signal.</param>
    /// <param name="groups">The elements of each group.</param>
    public Signal Softmax(string name, Signal x, int[][] groups)
    {
        if (groups.Length == 1) return Activate(name, Flattened(name, Permuted(name, x)), Activation.Softmax);
        if (groups.Length > MaxSoftmaxGroups)
        {
            throw new EspalierException($"is a softmax over each of {groups.Length} groups of values; {MaxSoftmaxGroups} are the most.");
        }

        var parts = new int[groups.Length];
        var map = new int[x.Length];
        int before = 0;
        for (int g = 0; g < groups.Length; g++)
        {
            SparseRows rows = RowsOver(x);
            foreach (int element in groups[g])
            {
                rows.Add(x.At(element), 1);
                rows.EndRow();
                map[element] = before++;
            }

            Signal part = Dense($"{name}_{g}", x, rows, [groups[g].Length], -1);
            parts[g] = Activate(name, part, Activation.Softmax).Source;
        }

        return x with { Source = Concatenation(name, parts), Map = map, IsShared = false };
    }

    /// <summary>What layers yield, put together in their order; flattened first unless all are images of one height and width.</summary>
    /// <returns>The layer's index.</returns>
    public int Concatenation(string name, int[] sources)
    {
        Shape first = Layers.ShapeOf(sources[0]);
        if (Array.Exists(
            sources, source => Layers.ShapeOf(source) is var shape && (shape.Height != first.Height || shape.Width != first.Width)))
        {
            sources = Array.ConvertAll(sources, source => Flattened(name, new Signal(source, [], null, -1, true)).Source);
        }

        EquatableArray<Shape> shapes = new(sources.Select(Layers.ShapeOf));
        return Layers.Add(name, sources, unique => new ConcatenationLayer(unique, shapes, Activation.Identity));
    }

    /// <summary>The sum of signals of equal axes.</summary>
    public Signal Addition(string name, Signal a, Signal b)
    {
        bool isShared = a.Source == b.Source;
        bool isAligned = !isShared && IsPermutation(a) && IsPermutation(b) && Layers.ShapeOf(a.Source) == Layers.ShapeOf(b.Source)
            && Enumerable.Range(0, a.Length).All(i => a.At(i) == b.At(i));
        if (isShared)
        {
            SparseRows rows = RowsOver(a);
            for (int i = 0; i < a.Length; i++)
            {
                rows.Add(a.At(i), 1);
                rows.Add(b.At(i), 1);
                rows.EndRow();
            }

            return Dense(name, a, rows, a.Dims, a.Batch);
        }

        if (!isAligned) (a, b) = (Flattened(name, InOrder(name, a)), Flattened(name, InOrder(name, b)));
        Shape shape = Layers.ShapeOf(a.Source);
        int layer = Layers.Add(name, [a.Source, b.Source], unique => new AdditionLayer(unique, shape, 2, Activation.Identity));
        return a with { Source = layer, IsShared = false };
    }

    private bool IsWhole(Signal x, int[]? map)
    {
        if (x.Length != Layers.ShapeOf(x.Source).Length) return false;
        for (int i = 0; map is not null && i < map.Length; i++)
        {
            if (map[i] != i) return false;
        }

        return true;
    }
}
