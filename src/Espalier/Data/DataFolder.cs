namespace Espalier.Data;

/// <summary>
/// The folder of data sets (<c>mnist/</c>, <c>fashion-mnist/</c>, <c>monks/</c>, <c>uci/</c>), which may not be there at all.
/// </summary>
internal sealed class DataFolder
{
    /// <summary>The environment variable that names the folder when no option does.</summary>
    public const string Variable = "ESPALIER_DATA";

    private readonly string? _root;

    /// <summary>Takes the folder, or the one the environment names, or none.</summary>
    public DataFolder(string? folder)
    {
        folder ??= Environment.GetEnvironmentVariable(Variable);
        _root = string.IsNullOrEmpty(folder) ? null : folder;
    }

    /// <summary>The path of a file of the folder, plain or with <c>.gz</c> added; null when it is not there.</summary>
    public string? Find(string relativePath)
    {
        if (_root is null) return null;
        string path = Path.Combine(_root, relativePath);
        if (File.Exists(path)) return path;
        return File.Exists(path + ".gz") ? path + ".gz" : null;
    }

    /// <summary>The path of a file of the folder that a set needs.</summary>
    /// <exception cref="EspalierException">It is not there.</exception>
    public string Require(string setName, string relativePath) =>
        Find(relativePath) ?? throw new EspalierException(Explain(setName, relativePath));

    /// <summary>Why the set cannot be loaded for want of one of the files, as an error message; null when all are there.</summary>
    public string? WhyMissing(string setName, IEnumerable<string> relativePaths)
    {
        string? absent = relativePaths.FirstOrDefault(path => Find(path) is null);
        return absent is null ? null : Explain(setName, absent);
    }

    private string Explain(string setName, string relativePath)
    {
        if (_root is null)
        {
            return $"{setName}: needs {relativePath} of a data folder; " +
                $"name that folder with --data-dir or the environment variable {Variable}.";
        }

        if (!Directory.Exists(_root))
        {
            return $"{setName}: there is no data folder {_root}; " +
                $"name one with --data-dir or the environment variable {Variable}.";
        }

        return $"{setName}: the data folder {_root} has no {relativePath} (plain or .gz); " +
            $"put it there or name another folder with --data-dir or {Variable}.";
    }
}
