using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes the method that copies the inputs which the first layer reads, in the order in which it reads them: by windows where the order
/// has them, else value by value.
/// </summary>
internal sealed class InputOrderEmitter
{
    private const string Name = "OrderInput";
    private const string Unsafe = "global::System.Runtime.CompilerServices.Unsafe";

    private readonly WidthPlan _plan;
    private readonly int _inputLength;
    private readonly InputWindows? _windows;

    /// <summary>The emitter for a plan that orders its <paramref name="inputLength"/> inputs.</summary>
    public InputOrderEmitter(WidthPlan plan, int inputLength)
    {
        (_plan, _inputLength) = (plan, inputLength);
        _windows = InputWindows.Of(plan.InputOrder, inputLength, plan.Width);
    }

    /// <summary>The functions over registers that the method calls.</summary>
    public IEnumerable<(VectorWidth Width, string Name)> Functions() => _windows is null
        ? []
        : ((string[])["First", "Next", "At", "Load", "LoadInts", "Store", "Pick"]).Select(name => (_plan.Width, name));

    /// <summary>Writes the method and its table.</summary>
    public void Write(CSharpWriter writer)
    {
        writer.Line();
        writer.Line("/// <summary>Picks the inputs that the first layer reads, in the order in which it reads them.</summary>");
        if (_windows is null) WriteOneByOne(writer);
        else WriteByWindows(writer, _windows);
    }

    private void WriteByWindows(CSharpWriter writer, InputWindows windows)
    {
        int lanes = _plan.Width.Lanes(), bits = _plan.Width.Bits();
        var table = new AlignedTable();
        table.Add(Array.ConvertAll(windows.Picks, pick => (uint)pick));
        int starts = table.Add(Array.ConvertAll(windows.Starts, start => (uint)start));

        // The bit of a pick that tells the upper half of the window from the lower, moved to the sign.
        int toSign = 31;
        for (int half = InputWindows.Span * lanes / 2; half > 1; half /= 2) toSign--;
        writer.Open($"private static void {Name}(global::System.ReadOnlySpan<float> input, global::System.Span<float> ordered)");
        writer.Lines($$"""
            ref float x = ref First(input);
            ref float y = ref First(ordered);
            ref float w = ref {{AlignedTable.Start(Name)}};
            ref int picks = ref At<int>(ref w, 0);
            ref int starts = ref At<int>(ref w, {{starts}});
            for (nuint i = 0; i < {{windows.Picks.Length}}; i += {{lanes}})
            {
                nuint start = (nuint)starts;
                Ints{{bits}} pick = LoadInts{{bits}}(ref picks);
                Floats{{bits}} lower = Pick(Load{{bits}}(ref x, start), Load{{bits}}(ref x, start + {{lanes}}), pick);
                Floats{{bits}} upper = Pick(Load{{bits}}(ref x, start + {{2 * lanes}}), Load{{bits}}(ref x, start + {{3 * lanes}}), pick);
                Ints{{bits}} isUpper = Simd{{bits}}.ShiftRightArithmetic(Simd{{bits}}.ShiftLeft(pick, {{toSign}}), 31);
                Store(Simd{{bits}}.ConditionalSelect(Simd{{bits}}.AsSingle(isUpper), upper, lower), ref y, i);
                picks = ref Next(ref picks, {{lanes}});
                starts = ref Next(ref starts, 1);
            }
            """);
        writer.Close();
        writer.Line();
        table.Write(writer, Name);
    }

    private void WriteOneByOne(CSharpWriter writer)
    {
        const int AtOnce = 4;
        bool isShort = HexTable.FitsShort(_inputLength);
        string type = isShort ? "ushort" : "int";

        // A place that holds nothing gets the first input, which is multiplied by no weight.
        var order = new int[Simd.RoundUp(_plan.InputOrder.Length, AtOnce)];
        for (int i = 0; i < order.Length; i++) order[i] = Math.Max(0, _plan.InputOrder[Math.Min(i, _plan.InputOrder.Length - 1)]);
        writer.Open($"private static void {Name}(global::System.ReadOnlySpan<float> input, global::System.Span<float> ordered)");
        writer.Lines(HexTable.EndianCheck);
        writer.Line();
        writer.Line("ref float x = ref global::System.Runtime.InteropServices.MemoryMarshal.GetReference(input);");
        writer.Line($"global::System.ReadOnlySpan<{type}> order = {HexTable.View(type, "InputOrder")}.Slice(0, {order.Length});");
        writer.Open($"for (int i = 0; i <= order.Length - {AtOnce} && i <= ordered.Length - {AtOnce}; i += {AtOnce})");
        for (int i = 0; i < AtOnce; i++)
        {
            string at = i == 0 ? "i" : $"i + {i}";
            writer.Line($"ordered[{at}] = {Unsafe}.Add(ref x, {(isShort ? "" : "(nint)")}order[{at}]);");
        }

        writer.Close();
        writer.Close();
        writer.Line();
        if (isShort) HexTable.WriteShorts(writer, "InputOrder", order);
        else HexTable.WriteInts(writer, "InputOrder", order);
    }
}
