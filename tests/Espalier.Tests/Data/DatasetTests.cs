using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Tests.Data;

public sealed class DatasetTests
{
    private static readonly Dataset s_five =
        Dataset.Classification("five", Shape.Flat(2), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 0, 1, 1], ["even", "odd"]);

    [Fact]
    public void A_slice_has_neighbouring_samples_with_their_labels()
    {
        Dataset slice = s_five.Slice("three", 1, 3);

        Assert.Equal(("three", 3), (slice.Name, slice.Count));
        Assert.Equal([2, 3, 4, 5, 6, 7], slice.Inputs);
        Assert.Equal([1, 0, 1], slice.Labels!);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, 6)]
    [InlineData(4, 2)]
    [InlineData(0, -1)]
    public void A_slice_beyond_the_samples_is_refused(int start, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => s_five.Slice("none", start, count));
}
