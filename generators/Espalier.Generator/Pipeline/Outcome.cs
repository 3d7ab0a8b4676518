using System;
using System.Threading;
using Espalier.Compilation.Emit;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>What a step made of one model file, or why it could not: exactly one of the two.</summary>
/// <param name="Path">The model file.</param>
/// <param name="Value">The result; null after a fault.</param>
/// <param name="Fault">What the user is told; null when all went well.</param>
/// <param name="Class">
/// The class that callers compile against; null where the item names none that C# allows, or one that is another network's.
/// </param>
internal sealed record Outcome<T>(string Path, T? Value, DiagnosticInfo? Fault, EmitOptions? Class)
    where T : class
{
    /// <summary>A success.</summary>
    public Outcome(string path, T value, EmitOptions? @class = null) : this(path, value, null, @class)
    {
    }

    /// <summary>A failure.</summary>
    public Outcome(DiagnosticInfo fault, EmitOptions? @class = null) : this(fault.Path, null, fault, @class)
    {
    }

    /// <summary>
    /// Goes on with <paramref name="step"/> (given path and value), or hands the fault on. A step that throws becomes an internal error
    /// at the model file, because otherwise the user sees only CS8785 and every network of the project is gone.
    /// </summary>
    public Outcome<TNext> Then<TNext>(Func<string, T, CancellationToken, Outcome<TNext>> step, CancellationToken cancellationToken)
        where TNext : class
    {
        if (Value is null) return new Outcome<TNext>(Fault!, Class);
        try
        {
            Outcome<TNext> next = step(Path, Value, cancellationToken);
            return next.Class is null ? next with { Class = Class } : next;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            string message = error.Message.Replace('\r', ' ').Replace('\n', ' ');
            return new Outcome<TNext>(DiagnosticInfo.AtStart(Descriptors.InternalError, Path, error.GetType().Name, message), Class);
        }
    }
}
