using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Data.Digits;

namespace Espalier.Data;

/// <summary>The built-in drawn digits as a set.</summary>
internal sealed class DigitsSource : IDataSource
{
    // 3.1 GB of inputs.
    private const int MaxCount = 1_000_000;

    public string Name => "digits";

    public DataCatalogEntry Describe(DataFolder folder)
    {
        var defaults = new DataOptions();
        return new DataCatalogEntry(
            Name, "drawn digits with elastic distortion", "built in, synthetic", new Shape(1, SyntheticDigits.Side, SyntheticDigits.Side),
            defaults.DigitsTrainCount, defaults.DigitsTestCount, IdxDataset.NumberedClasses(10), null);
    }

    public DataSplit Load(DataFolder folder, DataOptions options)
    {
        CheckCount("training", options.DigitsTrainCount);
        CheckCount("test", options.DigitsTestCount);
        return SyntheticDigits.Create(options.DigitsTrainCount, options.DigitsTestCount, options.Seed);
    }

    private void CheckCount(string part, int count)
    {
        if (count is > 0 and <= MaxCount) return;
        throw new EspalierException(string.Create(
            CultureInfo.InvariantCulture, $"{Name}: {count} {part} samples cannot be drawn; " +
            $"ask for 1 to {MaxCount}."));
    }
}
