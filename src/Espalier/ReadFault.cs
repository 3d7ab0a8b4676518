namespace Espalier;

/// <summary>One word for every file that cannot be read.</summary>
internal static class ReadFault
{
    /// <summary>What to tell whoever named the file: that it is not there, or what the system says of it.</summary>
    /// <param name="path">As it was named.</param>
    /// <param name="error">What reading it threw.</param>
    /// <param name="what">What the file should hold.</param>
    public static EspalierException Of(string path, Exception error, string what = "file") =>
        error is FileNotFoundException or DirectoryNotFoundException
            ? new($"{path}: there is no such {what}.", error)
            : new($"{path}: this {what} cannot be read ({error.Message.TrimEnd('.')}).", error);
}
