using Espalier.Data;

namespace Espalier.Tests.Data;

public sealed class MnistTests
{
    [DataFact("mnist/train-images-idx3-ubyte.gz", "mnist/t10k-images-idx3-ubyte.gz")]
    public void Mnist_has_its_known_counts_labels_and_pixels()
    {
        DataSplit set = new DataCatalog(TestData.Folder).Load("mnist");
        Assert.Equal((60_000, 10_000), (set.Train.Count, set.Test.Count));
        Assert.Equal("1x28x28", set.Train.InputShape.ToString());
        Assert.Equal([5, 0, 4, 1, 9], set.Train.Labels![..5]);
        Assert.Equal([7, 2, 1, 0, 4], set.Test.Labels![..5]);
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], CountClasses(set.Train));
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], CountClasses(set.Test));

        // The set's published mean and standard deviation, 0.1307 and 0.3081.
        double mean = set.Train.Inputs.Average(value => (double)value);
        double deviation = Math.Sqrt(set.Train.Inputs.Average(value => (value - mean) * (value - mean)));
        Assert.Equal((0.1307, 0.3081), (Math.Round(mean, 4), Math.Round(deviation, 4)));
        Assert.Equal(1f, set.Train.Inputs.Max());
    }

    [DataFact("fashion-mnist/train-images-idx3-ubyte.gz", "fashion-mnist/t10k-images-idx3-ubyte.gz")]
    public void Fashion_mnist_has_its_known_counts_and_labels()
    {
        DataSplit set = new DataCatalog(TestData.Folder).Load("fashion-mnist");
        Assert.Equal([9, 0, 0, 3, 0], set.Train.Labels![..5]);
        Assert.Equal([9, 2, 1, 1, 6], set.Test.Labels![..5]);
        Assert.All(CountClasses(set.Train), count => Assert.Equal(6000, count));
        Assert.All(CountClasses(set.Test), count => Assert.Equal(1000, count));
        Assert.Equal("Ankle boot", set.Test.ClassNames[9]);
    }

    private static int[] CountClasses(Dataset set) =>
        [.. set.Labels!.GroupBy(label => label).OrderBy(group => group.Key).Select(group => group.Count())];
}
