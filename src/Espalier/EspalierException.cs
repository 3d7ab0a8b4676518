namespace Espalier;

/// <summary>
/// Something the user gave cannot be used. The message is one line that says what is wrong, where, and how to mend it;
/// the command line prints it and ends with exit code 2.
/// </summary>
public class EspalierException : Exception
{
    /// <summary>Makes an exception whose message is fit for the user's eyes.</summary>
    public EspalierException(string message) : base(message)
    {
    }

    /// <summary>Makes an exception whose message is fit for the user's eyes, with its cause.</summary>
    public EspalierException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
