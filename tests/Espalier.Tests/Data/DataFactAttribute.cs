namespace Espalier.Tests.Data;

/// <summary>A fact about files of the data folder; skipped, with the reason, where one of them is not there.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(params string[] relativePaths)
    {
        if (TestData.Folder is null) Skip = "No data folder: set ESPALIER_DATA.";
        else if (relativePaths.FirstOrDefault(path => !File.Exists(Path.Combine(TestData.Folder,
            path))) is { } absent) Skip = $"The data folder has no {absent}.";
    }
}
