using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>Writes what is done with the registers of sums of a tile: how they begin, grow, and are pooled, activated and stored.</summary>
internal sealed class SumsEmitter(ConvolutionPlan plan)
{
    private readonly PixelGrid _grid = plan.Grid;
    private readonly DirectMath _math = new(plan.Width);
    private readonly int _lanes = plan.Width.Lanes();
    private readonly int _bits = plan.Width.Bits();
    private int _filter;
    private string _target = "";

    /// <summary>The expression of where in the output of a filter what is computed from <c>line</c> on goes.</summary>
    public string LineTarget => _grid.Kind == PixelPooling.AcrossLanes ? $"line / 2 * {_grid.Columns / 2}"
        : plan.Layout.IsPacked ? "line"
        : $"line * {_grid.Columns}";

    private Activation Inner => _grid.Layer.Activation;

    private PoolingLayer? Pooling => _grid.Pooling;

    private bool IsMax => Pooling?.Kind == PoolingKind.Max;

    /// <summary>
    /// Whether the convolution's activation can wait until its values are pooled: the largest value stays the largest under a function that
    /// never falls.
    /// </summary>
    private bool ActivatesPooled =>
        Inner.Kind == ActivationKind.Identity || (IsMax && Inner.IsMonotone && (!Inner.HasParameter || Inner.Alpha >= 0));

    /// <summary>Declares the sums of a filter of the group: the first chain begins at the bias, the second at zero.</summary>
    public void Start(CSharpWriter writer, int filter, string bias)
    {
        for (int chain = 0; chain < plan.Chains; chain++)
        {
            string first = Name(filter, chain, 0);
            string rest = string.Concat(Enumerable.Range(1, plan.Sums - 1).Select(i => $", {Name(filter, chain, i)} = {first}"));
            writer.Line($"Floats{_bits} {first} = {(chain == 0 ? bias : "default")}{rest};");
        }
    }

    /// <summary>Adds a product to a sum.</summary>
    public void Add(CSharpWriter writer, int filter, int chain, int sum, string weight, string value) =>
        writer.Line($"{Name(filter, chain, sum)} = {_math.MultiplyAdd(weight, value, Name(filter, chain, sum))};");

    /// <summary>Adds up the chains of a filter of the group, pools, activates and stores at <paramref name="target"/>.</summary>
    public void End(CSharpWriter writer, int filter, string target)
    {
        (_filter, _target) = (filter, target);
        for (int chain = 1; chain < plan.Chains; chain++)
        {
            for (int i = 0; i < plan.Sums; i++) writer.Line($"{Name(i)} += {Name(filter, chain, i)};");
        }

        if (!ActivatesPooled)
        {
            for (int i = 0; i < plan.Sums; i++) writer.Line($"{Name(i)} = {ActivationSource.Call(Inner, Name(i))};");
        }

        if (_grid.Kind == PixelPooling.AcrossLanes) EndAcrossLanes(writer);
        else EndAcrossRegisters(writer);
    }

    private string Name(int filter, int chain, int sum) => $"{"stpq"[filter * plan.Chains + chain]}{sum}";

    private string Name(int sum) => Name(_filter, 0, sum);

    private void EndAcrossRegisters(CSharpWriter writer)
    {
        // What a store writes behind the end of a row, the next row or filter writes over.
        for (int line = 0, sum = 0; line < plan.TileLines; line++)
        {
            for (int segment = 0; segment < plan.TileSegments; segment++, sum += _grid.Members)
            {
                string[] members = [.. Enumerable.Range(sum, _grid.Members).Select(i => Name(i))];
                Store(writer, Mean(Pooled(members), members.Length), plan.Layout.Place(line, segment));
            }
        }
    }

    private void EndAcrossLanes(CSharpWriter writer)
    {
        int segments = plan.TileSegments, pairs = plan.TileLines / 2, pooledColumns = _grid.Columns / 2;
        for (int pair = 0; pair < pairs; pair++)
        {
            for (int segment = 0; segment < segments; segment++)
            {
                string upper = Name(2 * pair * segments + segment), lower = Name((2 * pair + 1) * segments + segment);
                writer.Line($"{upper} = {Pooled([upper, lower])};");
            }
        }

        // A row of one full register gives half a register: two rows are stored together.
        bool byTwo = segments == 1 && _grid.Columns == _lanes && pairs % 2 == 0;
        for (int pair = 0; pair < pairs; pair += byTwo ? 2 : 1)
        {
            for (int segment = 0; segment < segments; segment += 2)
            {
                string first = Name(2 * pair * segments + segment);
                string second = byTwo ? Name(2 * (pair + 1)) : segments == 1 ? first : Name(2 * pair * segments + segment + 1);
                string evens = $"e{_filter}_{pair * segments + segment}", odds = $"o{_filter}_{pair * segments + segment}";
                writer.Line($"Floats{_bits} {evens} = Evens({first}, {second}), {odds} = Odds({first}, {second});");
                Store(writer, Mean(Pooled([evens, odds]), 4), pair * pooledColumns + segment / 2 * _lanes);
            }
        }
    }

    /// <summary>The largest of the values, the last two first, or their sum, pair by pair.</summary>
    private string Pooled(string[] values)
    {
        if (values.Length == 1) return values[0];
        if (IsMax) return _math.Larger(values[0], Pooled([.. values.Skip(1)]));
        int half = values.Length / 2;
        string first = Pooled([.. values.Take(half)]), second = Pooled([.. values.Skip(half)]);
        return $"({first} + {second})";
    }

    /// <summary>
    /// What a sum of <paramref name="count"/> values is to be divided by it for a mean; the largest value stays what it is.
    /// </summary>
    private string Mean(string pooled, int count)
    {
        if (IsMax || count == 1) return pooled;
        bool isPowerOfTwo = (count & (count - 1)) == 0;
        return isPowerOfTwo ? $"{pooled} * Simd{_bits}.Create({FloatLiteral.Of(1f / count)})" : $"{pooled} / Simd{_bits}.Create({count}f)";
    }

    private void Store(CSharpWriter writer, string value, int offset)
    {
        if (ActivatesPooled) value = ActivationSource.Call(Inner, value);
        if (Pooling is not null) value = ActivationSource.Call(Pooling.Activation, value);
        writer.Line(_math.Store(value, _target, offset));
    }
}
