using Espalier.Compilation.Model;
using Espalier.Data.Digits;

namespace Espalier.Data;

/// <summary>The built-in drawn digits as a set.</summary>
internal sealed class DigitsSource : IDataSource
{
    public string Name => "digits";

    public DataCatalogEntry Describe(DataFolder folder)
    {
        var defaults = new DataOptions();
        return new DataCatalogEntry(
            Name, "drawn digits with elastic distortion", "built in, synthetic", new Shape(1, SyntheticDigits.Side, SyntheticDigits.Side),
            defaults.DigitsTrainCount, defaults.DigitsTestCount, IdxDataset.NumberedClasses(10), null);
    }

    public DataSplit Load(DataFolder folder, DataOptions options) =>
        SyntheticDigits.Create(options.DigitsTrainCount, options.DigitsTestCount, options.Seed);
}
