namespace Espalier.Packaging.Tests.Skipping;

/// <summary>Ends a <see cref="SkippableFactAttribute"/> test as skipped.</summary>
public sealed class SkipException(string reason) : Exception(reason)
{
    /// <summary>Skips the test when <paramref name="isMissing"/>.</summary>
    public static void When(bool isMissing, string reason)
    {
        if (isMissing) throw new SkipException(reason);
    }
}
