using System;
using System.Linq;
using System.Threading;
using Espalier.Compilation.Emit.Plain;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>Turns a lowered network into C# source. The same network, options and version give the same text, to the byte.</summary>
public static class CSharpEmitter
{
    /// <summary>
    /// The file that callers compile against. It depends on the header and the options alone, so it does not change when weights do,
    /// and it compiles without the kernel files.
    /// </summary>
    /// <exception cref="ArgumentException">The options name no class that C# allows (see <see cref="EmitOptions.FindFault"/>).</exception>
    public static EmittedFile EmitSurface(NetworkHeader header, EmitOptions options)
    {
        if (header is null) throw new ArgumentNullException(nameof(header));
        Check(options);
        return options.IsPlain ? PlainSurfaceEmitter.Emit(header, options) : SurfaceEmitter.Emit(header, options);
    }

    /// <summary>The files that compute: one for a short network or in plain C#, one more for each layer of a long one.</summary>
    /// <exception cref="ArgumentException">
    /// The options name no class that C# allows, or the network has not been through all passes.
    /// </exception>
    /// <exception cref="NotSupportedException">The network has no plain C# form, which is asked for.</exception>
    public static EquatableArray<EmittedFile> EmitKernels(
        LoweredNetwork lowered, EmitOptions options, CancellationToken cancellationToken = default)
    {
        if (lowered is null) throw new ArgumentNullException(nameof(lowered));
        Check(options);
        if (options.IsPlain && FindPlainFault(lowered.Network) is string plainFault) throw new NotSupportedException(plainFault + ".");
        if (lowered.Plans.Length == 0 || lowered.Plans.Any(plan => plan.Scratch is null || plan.Methods.Length == 0))
        {
            throw new ArgumentException("The network has not been through all passes of the lowering pipeline.", nameof(lowered));
        }

        return new EquatableArray<EmittedFile>(options.IsPlain
            ? [new PlainEmitter(lowered, options).Emit(cancellationToken)]
            : KernelEmitter.Emit(lowered, options, cancellationToken));
    }

    /// <summary>All files: the surface, then the kernels.</summary>
    /// <exception cref="ArgumentException">As for <see cref="EmitSurface"/> and <see cref="EmitKernels"/>.</exception>
    public static EquatableArray<EmittedFile> Emit(
        LoweredNetwork lowered, EmitOptions options, CancellationToken cancellationToken = default)
    {
        EquatableArray<EmittedFile> kernels = EmitKernels(lowered, options, cancellationToken);
        return new EquatableArray<EmittedFile>([EmitSurface(lowered.Header, options), .. kernels]);
    }

    /// <summary>
    /// Why there is no plain C# (<see cref="EmitOptions.IsPlain"/>) of <paramref name="network"/>, or null when there is.
    /// </summary>
    public static string? FindPlainFault(Network network)
    {
        if (network is null) throw new ArgumentNullException(nameof(network));
        Layer? other = network.Layers.FirstOrDefault(layer => !PlainEmitter.Computes(layer));
        return other is null ? null : $"Layer '{other.Name}' is a {other.GetType().Name}, of which there is no plain C#";
    }

    private static void Check(EmitOptions options)
    {
        if (options is null) throw new ArgumentNullException(nameof(options));
        if (options.FindFault() is string fault) throw new ArgumentException(fault, nameof(options));
    }
}
