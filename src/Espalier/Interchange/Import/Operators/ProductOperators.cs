using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Products with a constant matrix: fully connected layers.</summary>
internal static class ProductOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
    [
        ("MatMul", call => [Product(call, call.Value(0), call.Value(1))]), ("Gemm", Gemm), ("com.microsoft.FusedMatMul", Fused),
        ("ai.onnx.ml.LinearRegressor", LinearRegressor), ("ai.onnx.ml.LinearClassifier", LinearClassifier),
    ];

    /// <summary>alpha A' B' + beta C.</summary>
    private static GraphValue[] Gemm(NodeCall call)
    {
        GraphValue a = call.Value(0), b = call.Value(1);
        if (a.Rank != 2 || b.Rank != 2)
        {
            throw new EspalierException($"multiplies {Tensors.Show(a.Dims)} by {Tensors.Show(b.Dims)}; matrices are needed.");
        }

        if (call.Int("transA", 0) != 0) a = a.Seen(Layout.Transposed(a, [1, 0]));
        if (call.Int("transB", 0) != 0) b = b.Seen(Layout.Transposed(b, [1, 0]));
        float alpha = call.Float("alpha", 1), beta = call.Float("beta", 1);
        GraphValue product = Product(call, a, b);
        if (alpha != 1) product = Scaled(call, product, alpha);
        if (!call.Has(2) || beta == 0) return [product];
        GraphValue c = beta == 1 ? call.Value(2) : Scaled(call, call.Value(2), beta);
        return OperatorTable.Run("Add", call.With([product, c]));
    }

    private static GraphValue[] Fused(NodeCall call)
    {
        GraphValue a = call.Value(0), b = call.Value(1);
        if (call.Int("transA", 0) != 0) a = a.Seen(Layout.Transposed(a, Swapped(a.Rank)));
        if (call.Int("transB", 0) != 0) b = b.Seen(Layout.Transposed(b, Swapped(b.Rank)));
        return [Scaled(call, Product(call, a, b), call.Float("alpha", 1))];
    }

    private static int[] Swapped(int rank)
    {
        int[] order = [.. Enumerable.Range(0, rank)];
        if (rank >= 2) (order[^1], order[^2]) = (order[^2], order[^1]);
        return order;
    }

    private static GraphValue Scaled(NodeCall call, GraphValue value, float factor) =>
        factor == 1 ? value : OperatorTable.Run("Mul", call.With([value, ConstantTensor.Scalar(factor)]))[0];

    private static GraphValue Product(NodeCall call, GraphValue a, GraphValue b)
    {
        var product = new MatrixProductShape(a, b);
        if (a is ConstantTensor left && b is ConstantTensor right) return product.OfConstants(left, right);
        (Signal? x, ConstantTensor? weights) = a is ConstantTensor first ? (b as Signal, first) : (a as Signal, b as ConstantTensor);
        if (x is null || weights is null)
        {
            throw new EspalierException(
                "multiplies two matrices that both depend on the model's input; one must be constant: an initializer, or fixed at import.");
        }

        NetworkAssembler network = call.Network;
        bool isLeft = ReferenceEquals(x, a);
        int batch = product.BatchOf(x, isLeft);
        if (isLeft && AsConvolution(call, product, x, weights) is Signal image) return image with { BatchAxis = batch };
        if (product.Terms > 4L * ModelLimits.MaxWeights)
        {
            throw new EspalierException($"takes {product.Terms:N0} products as a fully connected layer; that is no small network.");
        }

        SparseRows rows = network.RowsOver(x);
        product.ForEach(
            (ai, bi) => rows.Add(x.At(isLeft ? ai : bi), weights.Values[isLeft ? bi : ai]),
            rows.EndRow);
        return network.Dense(call.LayerName, x, rows, product.Dims, batch);
    }

    /// <summary>
    /// A product over the channels of each pixel, with the channels as the last axis, is a convolution of one tap.
    /// </summary>
    private static Signal? AsConvolution(NodeCall call, MatrixProductShape product, Signal x, ConstantTensor weights)
    {
        Shape shape = call.Network.Layers.ShapeOf(x.Source);
        int pixels = shape.Height * shape.Width, channels = shape.Channels, filters = product.Columns;
        if (pixels == 1 || product.Inner != channels || x.Length != shape.Length || weights.Length != channels * filters) return null;
        for (int i = 0; i < x.Length; i++)
        {
            if (x.At(i) != i % channels * pixels + i / channels) return null;
        }

        var rows = new SparseRows(channels);
        for (int filter = 0; filter < filters; filter++)
        {
            for (int c = 0; c < channels; c++) rows.Add(c, weights.Values[c * filters + filter]);
            rows.EndRow();
        }

        SparseMatrix matrix = rows.ToMatrix();
        int layer = call.Network.Layers.Add(call.LayerName, [x.Source], unique =>
            new ConvolutionLayer(unique, shape, new Window(1, 1), 1, matrix, FloatVector.Own(new float[filters]), Activation.Identity));
        int[] map = [.. Enumerable.Range(0, filters * pixels).Select(i => i % filters * pixels + i / filters)];
        return new Signal(layer, product.Dims, map, -1, false);
    }

    private static GraphValue[] LinearRegressor(NodeCall call) =>
        [Transformed(call, Linear(call, "coefficients", "intercepts", call.Int("targets", 1)))];

    private static GraphValue[] LinearClassifier(NodeCall call)
    {
        int classes = Math.Max(call.Ints("classlabels_ints")?.Length ?? 0, call.WordCount("classlabels_strings"));
        int rows = call.Floats("intercepts")?.Length ?? classes;
        if (rows != classes) throw new EspalierException($"has {rows} rows for {classes} classes; one row for each class is needed.");
        GraphValue scores = Transformed(call, Linear(call, "coefficients", "intercepts", classes));
        return [scores, scores];
    }

    private static GraphValue Linear(NodeCall call, string coefficients, string intercepts, int rows)
    {
        double[] weights = Array.ConvertAll(call.Floats(coefficients) ?? [], value => (double)value);
        var matrix = new ConstantTensor([rows, rows == 0 ? 0 : weights.Length / rows], weights);
        GraphValue sums = Product(call, call.Value(0), matrix.Seen(Layout.Transposed(matrix, [1, 0])));
        if (call.Floats(intercepts) is not { Length: > 0 } biases) return sums;
        return OperatorTable.Run(
            "Add", call.With([sums, new ConstantTensor([biases.Length], Array.ConvertAll(biases, value => (double)value))]))[0];
    }

    private static GraphValue Transformed(NodeCall call, GraphValue scores) => call.Text("post_transform", "NONE") switch
    {
        "NONE" => scores,
        "LOGISTIC" => OperatorTable.Run("Sigmoid", call.With([scores]))[0],
        "SOFTMAX" => OperatorTable.Run("Softmax", call.With([scores]))[0],
        string other => throw new EspalierException($"ends in the transformation {other}; NONE, LOGISTIC and SOFTMAX are supported."),
    };
}
