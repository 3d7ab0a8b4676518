namespace Espalier.Tests.Inference;

/// <summary>A test that needs pages which fault, and is skipped with the reason where they cannot be mapped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GuardedMemoryFactAttribute : FactAttribute
{
    public GuardedMemoryFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "Pages that fault are mapped on Linux only.";
    }
}
