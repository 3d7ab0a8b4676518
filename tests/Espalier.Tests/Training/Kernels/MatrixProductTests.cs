using System.Runtime.Intrinsics.X86;
using Espalier.Training.Kernels;

namespace Espalier.Tests.Training.Kernels;

public sealed class MatrixProductTests
{
    private static readonly int[] s_rows = [1, 2, 3, 4, 5, 6, 7, 12, 13, 67];
    private static readonly int[] s_columns = [1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 64, 70, 131];
    private static readonly int[] s_depths = [1, 2, 3, 4, 7, 8, 31, 255, 256, 257, 513];

    public enum Variant
    {
        Multiply,
        MultiplyTransposed,
        TransposedMultiply,
    }

    public static TheoryData<Variant, int> VariantsAndWidths()
    {
        var data = new TheoryData<Variant, int>();
        foreach (Variant variant in Enum.GetValues<Variant>())
        {
            foreach (int width in new[] { 128, 256, 512 }) data.Add(variant, width);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(VariantsAndWidths))]
    public void Every_shape_agrees_with_a_naive_product_in_double_precision(Variant variant, int vectorBits)
    {
        using var team = new ThreadTeam(2);
        var product = new MatrixProduct(team, vectorBits);
        foreach (int m in s_rows)
        {
            foreach (int n in s_columns)
            {
                foreach (int k in s_depths)
                {
                    (float[] a, float[] b, float[] c) = Operands(m, n, k);
                    Run(product, variant, a, b, c, m, n, k);
                    AssertAgrees(variant, a, b, c, m, n, k);
                }
            }
        }
    }

    [Theory]
    [InlineData(Variant.Multiply)]
    [InlineData(Variant.MultiplyTransposed)]
    [InlineData(Variant.TransposedMultiply)]
    public void The_bits_do_not_depend_on_the_number_of_threads(Variant variant)
    {
        const int M = 131, N = 203, K = 301;
        (float[] a, float[] b, float[] expected) = Operands(M, N, K);
        using (var alone = new ThreadTeam(1)) Run(new MatrixProduct(alone), variant, a, b, expected, M, N, K);
        for (int threads = 2; threads <= 5; threads++)
        {
            using var team = new ThreadTeam(threads);
            var actual = new float[M * N];
            Run(new MatrixProduct(team), variant, a, b, actual, M, N, K);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_register_width_where_all_widths_fuse()
    {
        if (!Avx512F.IsSupported) return;
        const int M = 37, N = 75, K = 300;
        (float[] a, float[] b, float[] narrow) = Operands(M, N, K);
        float[] middle = new float[M * N], wide = new float[M * N];
        using var team = new ThreadTeam(1);
        Run(new MatrixProduct(team, 128), Variant.Multiply, a, b, narrow, M, N, K);
        Run(new MatrixProduct(team, 256), Variant.Multiply, a, b, middle, M, N, K);
        Run(new MatrixProduct(team, 512), Variant.Multiply, a, b, wide, M, N, K);
        Assert.Equal(narrow, middle);
        Assert.Equal(narrow, wide);
    }

    [Fact]
    public void Matrices_too_small_for_the_shape_are_refused()
    {
        using var team = new ThreadTeam(1);
        Assert.Throws<ArgumentException>(() => new MatrixProduct(team).Multiply(new float[5], new float[6], new float[4], 2, 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatrixProduct(team).Multiply([], [], [], 0, 2, 3));
    }

    private static (float[] A, float[] B, float[] C) Operands(int m, int n, int k)
    {
        var random = new SeededRandom((ulong)(m * 1_000_000 + n * 1000 + k));
        var c = new float[m * n];
        c.AsSpan().Fill(float.NaN);
        return (Fill(m * k), Fill(n * k), c);

        float[] Fill(int length)
        {
            var values = new float[length];
            foreach (ref float value in values.AsSpan()) value = random.NextSingle() * 2 - 1;
            return values;
        }
    }

    private static void Run(MatrixProduct product, Variant variant, float[] a, float[] b, float[] c, int m, int n, int k)
    {
        switch (variant)
        {
            case Variant.Multiply:
                product.Multiply(a, b, c, m, n, k);
                break;
            case Variant.MultiplyTransposed:
                product.MultiplyTransposed(a, b, c, m, n, k);
                break;
            default:
                product.TransposedMultiply(a, b, c, m, n, k);
                break;
        }
    }

    private static void AssertAgrees(Variant variant, float[] a, float[] b, float[] c, int m, int n, int k)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0, magnitude = 0;
                for (int l = 0; l < k; l++)
                {
                    double left = variant == Variant.TransposedMultiply ? a[l * m + i] : a[i * k + l];
                    double right = variant == Variant.MultiplyTransposed ? b[j * k + l] : b[l * n + j];
                    sum += left * right;
                    magnitude += Math.Abs(left * right);
                }

                // The bound of a sum of k rounded terms: k units in the last place of the sum of magnitudes.
                double bound = k * Math.Pow(2, -24) * magnitude;
                float actual = c[i * n + j];
                if (!(Math.Abs(actual - sum) <= bound)) Assert.Fail($"{variant} {m} x {n} over {k}: [{i}, {j}] is {actual}, not {sum}.");
            }
        }
    }
}
