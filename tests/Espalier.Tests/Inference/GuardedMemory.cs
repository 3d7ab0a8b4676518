using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Espalier.Tests.Inference;

/// <summary>Floats between two pages that nobody may read or write: a step over either end is an access violation.</summary>
internal sealed class GuardedMemory : IDisposable
{
    private const int PageBytes = 4096;
    private const int NoAccess = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly nint _start;
    private readonly nint _bytes;

    /// <summary>Maps room for <paramref name="length"/> floats.</summary>
    public GuardedMemory(int length)
    {
        Length = length;
        nint inside = (nint)(((length * sizeof(float)) + PageBytes - 1) / PageBytes * PageBytes);
        _bytes = inside + (2 * PageBytes);
        _start = Map(0, _bytes, NoAccess, PrivateAnonymous, -1, 0);
        if (_start == -1 || Protect(_start + PageBytes, inside, ReadWrite) != 0)
        {
            throw new InvalidOperationException($"{length} floats between guards could not be mapped.");
        }
    }

    public int Length { get; }

    /// <summary>The floats that begin behind the first guard, on the boundary of a page.</summary>
    public Span<float> BehindGuard => At(_start + PageBytes);

    /// <summary>The floats that end before the last guard.</summary>
    public Span<float> BeforeGuard => At(_start + _bytes - PageBytes - (Length * sizeof(float)));

    public nint BeforeAddress => _start + _bytes - PageBytes - (Length * sizeof(float));

    public void Dispose() => _ = Unmap(_start, _bytes);

    private Span<float> At(nint address) =>
        MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<float>(), address), Length);

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint address, nint bytes, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nint bytes, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint address, nint bytes);
}
