using System.Runtime.InteropServices;

namespace Espalier.Inference.Baselines.OnnxRuntime;

/// <summary>An object of ONNX Runtime, released once, and only after everything that was made from it.</summary>
internal sealed unsafe class OnnxRuntimeHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private readonly OnnxRuntimeHandle? _parent;

    /// <summary>Takes over an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="release">The library's function that frees it.</param>
    /// <param name="parent">The object that must outlive it, if any.</param>
    public OnnxRuntimeHandle(nint value, delegate* unmanaged<nint, void> release, OnnxRuntimeHandle? parent = null)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        _release = release;
        if (parent is not null)
        {
            bool added = false;
            parent.DangerousAddRef(ref added);
            _parent = parent;
        }

        SetHandle(value);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The object, for calls during which the caller keeps this handle alive.</summary>
    public nint Value => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _release(handle);
        _parent?.DangerousRelease();
        return true;
    }
}
