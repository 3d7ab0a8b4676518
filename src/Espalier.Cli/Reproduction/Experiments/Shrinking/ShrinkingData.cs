using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Cli.Reproduction.Experiments.Shrinking;

/// <summary>The data sets of Wolfe et al., made as far as the paper describes them.</summary>
internal static class ShrinkingData
{
    /// <summary>One period of the cosine over [-1, 1], moved to 0.5 +- 0.25 for a sigmoid output.</summary>
    public static Dataset Cosine(int count)
    {
        var inputs = new float[count];
        var targets = new float[count];
        for (int i = 0; i < count; i++)
        {
            double x = -1 + 2.0 * i / (count - 1);
            (inputs[i], targets[i]) = ((float)x, (float)(0.5 + 0.25 * Math.Cos(Math.PI * x)));
        }

        return Dataset.Regression("cosine", Shape.Flat(1), inputs, targets, 1);
    }

    /// <summary>Points of the square [-1, 1] x [-1, 1], and whether they lie in the diamond |x| + |y| at most 0.8.</summary>
    public static Dataset Diamond(int count) => Points("diamond", count, (x, y) => Math.Abs(x) + Math.Abs(y) <= 0.8);

    /// <summary>
    /// The same for a shape drawn by chance: a star around the centre whose radius is 0.6 plus four waves of random height and phase.
    /// </summary>
    public static Dataset RandomShape(int count)
    {
        var random = new SeededRandom(7);
        (double Height, double Phase)[] waves =
            [.. Enumerable.Range(0, 4).Select(_ => (random.NextDouble(0.03, 0.12), random.NextDouble(0, 2 * Math.PI)))];
        return Points("random shape", count, (x, y) =>
        {
            double angle = Math.Atan2(y, x), radius = 0.6;
            for (int i = 0; i < waves.Length; i++) radius += waves[i].Height * Math.Cos((i + 1) * angle + waves[i].Phase);
            return x * x + y * y <= radius * radius;
        });
    }

    /// <summary>The first images of a set of 28 x 28 pixels, reduced to 20 x 20 by averaging areas.</summary>
    public static Dataset Reduced(Dataset images, int count)
    {
        const int From = 28, To = 20;
        count = Math.Min(count, images.Count);
        double[,] shares = AreaShares(From, To);
        var inputs = new float[count * To * To];
        for (int image = 0; image < count; image++)
        {
            ReadOnlySpan<float> pixels = images.Input(image);
            for (int y = 0; y < To; y++)
            {
                for (int x = 0; x < To; x++)
                {
                    double sum = 0;
                    for (int v = y * From / To; v < From && shares[y, v] > 0; v++)
                    {
                        for (int u = x * From / To; u < From && shares[x, u] > 0; u++)
                        {
                            sum += shares[y, v] * shares[x, u] * pixels[v * From + u];
                        }
                    }

                    inputs[(image * To + y) * To + x] = (float)sum;
                }
            }
        }

        return Dataset.Classification($"{images.Name} 20x20", Shape.Flat(To * To), inputs, images.Labels![..count], images.ClassNames);
    }

    /// <summary>One digit against the rest: as many images of the digit as of all others, the first ones of each.</summary>
    public static Dataset OneDigit(Dataset images, int digit, int count)
    {
        int[] all = [.. Enumerable.Range(0, images.Count)];
        int[] chosen =
        [
            .. all.Where(i => images.Labels![i] == digit).Take(count / 2), .. all.Where(i => images.Labels![i] != digit).Take(count / 2),
        ];
        Dataset subset = images.Subset("chosen", chosen);
        return Dataset.Classification($"{images.Name} {digit} or not", subset.InputShape, subset.Inputs,
            Array.ConvertAll(subset.Labels!, label => label == digit ? 1 : 0), ["rest", images.ClassNames[digit]]);
    }

    private static Dataset Points(string name, int count, Func<double, double, bool> isInside)
    {
        var random = new SeededRandom(1);
        var inputs = new float[2 * count];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            double x = random.NextDouble(-1, 1), y = random.NextDouble(-1, 1);
            (inputs[2 * i], inputs[2 * i + 1], labels[i]) = ((float)x, (float)y, isInside(x, y) ? 1 : 0);
        }

        return Dataset.Classification(name, Shape.Flat(2), inputs, labels, ["outside", "inside"]);
    }

    /// <summary>The share that each of the <paramref name="from"/> old pixels of a line has in each of the new ones.</summary>
    private static double[,] AreaShares(int from, int to)
    {
        var shares = new double[to, from];
        double width = (double)from / to;
        for (int i = 0; i < to; i++)
        {
            for (int j = 0; j < from; j++)
            {
                double overlap = Math.Min((i + 1) * width, j + 1) - Math.Max(i * width, j);
                shares[i, j] = Math.Max(0, overlap) / width;
            }
        }

        return shares;
    }
}
