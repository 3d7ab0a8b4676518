namespace Espalier.Tests.Training;

/// <summary>Progress told on the reporting thread, at once.</summary>
internal sealed class Immediate<T>(Action<T> handler) : IProgress<T>
{
    public void Report(T value) => handler(value);
}
