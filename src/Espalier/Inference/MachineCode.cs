using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Espalier.Compilation.Lowering;

namespace Espalier.Inference;

/// <summary>
/// The bytes of machine code that the JIT of this machine makes of generated methods, as the runtime's own events state them, to hold the
/// estimates against.
/// </summary>
public static class MachineCode
{
    // The runtime hands its events on from a thread of its own, some tenths of a second later.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The bytes of each stage of <see cref="LoweredNetwork.Widest"/>, functions that several stages call left out; null where they are not
    /// known: the processor has no such registers, the stage has no method of its own, or the runtime does not tell.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public static IReadOnlyList<long?> OfStages(CompiledNetwork compiled)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        WidthPlan plan = compiled.Lowered.Widest;
        var bytes = new long?[plan.Stages.Length];
        if (!PlanMethods.CanRun(plan.Width)) return bytes;

        Type type = PlanMethods.OwnerOf(compiled.GeneratedType, plan);
        MethodInfo[] methods = [.. type.GetMethods(BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => StageOf(method.Name) is >= 0 and int stage && stage < bytes.Length)];
        using var listener = new Listener(type.FullName!);
        foreach (MethodInfo method in methods) RuntimeHelpers.PrepareMethod(method.MethodHandle);
        ConcurrentDictionary<int, long> sizes = listener.Wait([.. methods.Select(method => method.MetadataToken)], s_patience);
        foreach (MethodInfo method in methods)
        {
            if (sizes.TryGetValue(method.MetadataToken, out long size))
            {
                bytes[StageOf(method.Name)] = (bytes[StageOf(method.Name)] ?? 0) + size;
            }
        }

        return bytes;
    }

    /// <summary>The stage of <c>Layer2</c>, <c>Layer2Part3</c> and the like; -1 for other methods.</summary>
    private static int StageOf(string method)
    {
        const string Prefix = "Layer";
        if (!method.StartsWith(Prefix, StringComparison.Ordinal)) return -1;
        string digits = new([.. method.Skip(Prefix.Length).TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int stage) ? stage : -1;
    }

    /// <summary>Hears how long the code of each method of a type became.</summary>
    private sealed class Listener(string typeName) : EventListener
    {
        private const string Runtime = "Microsoft-Windows-DotNETRuntime", Loaded = "MethodLoadVerbose";
        private const EventKeywords Jit = (EventKeywords)0x10;

        private readonly ConcurrentDictionary<int, long> _sizes = new();

        public ConcurrentDictionary<int, long> Wait(HashSet<int> tokens, TimeSpan patience)
        {
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed < patience && !tokens.All(_sizes.ContainsKey)) Thread.Sleep(10);
            return _sizes;
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == Runtime) EnableEvents(eventSource, EventLevel.Verbose, Jit);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName?.StartsWith(Loaded, StringComparison.Ordinal) is not true || eventData.PayloadNames is not { } names)
            {
                return;
            }

            if ((string?)Value("MethodNamespace") != typeName) return;
            int token = Convert.ToInt32(Value("MethodToken"), CultureInfo.InvariantCulture);
            _sizes[token] = Convert.ToInt64(Value("MethodSize"), CultureInfo.InvariantCulture);

            object? Value(string name) => names.IndexOf(name) is >= 0 and int i ? eventData.Payload![i] : null;
        }
    }
}
