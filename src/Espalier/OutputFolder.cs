namespace Espalier;

/// <summary>Folders that results are written into.</summary>
public static class OutputFolder
{
    /// <summary>Makes the folder unless it exists.</summary>
    /// <exception cref="EspalierException">It cannot be made.</exception>
    public static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EspalierException($"{path}: this folder cannot be made ({error.Message}); name another one.", error);
        }
    }
}
