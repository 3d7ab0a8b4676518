using System.Reflection;
using System.Runtime.Loader;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Convolution;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>Every way of laying out and pooling a convolution against the interpreter, not only the one that is chosen.</summary>
[Trait("Category", "Width")]
public sealed class ConvolutionPlanTests
{
    private const int StageCount = 48;
    private const float BehindInput = 1e3f;

    private delegate void Method(ReadOnlySpan<float> input, Span<float> output);

    private delegate void MethodWithWork(ReadOnlySpan<float> input, Span<float> output, Span<float> work);

    [Fact]
    public void Every_plan_computes_what_the_interpreter_computes_and_writes_nowhere_else()
    {
        var random = new SeededRandom(18);
        Case[] cases = [.. Enumerable.Range(0, StageCount).Select(_ => RandomStage(random)).SelectMany(Cases)];
        if (cases.Length == 0) return;
        AssertAllFormsAreThere(cases);
        List<EmittedFile> files = [.. cases.Select((one, i) => new EmittedFile($"C{i}.cs", Source(one, $"C{i}")))];
        using var image = new MemoryStream(InMemoryCompiler.Compile("ConvolutionPlans", files, CancellationToken.None));
        var context = new AssemblyLoadContext("plans", isCollectible: true);
        Assembly assembly = context.LoadFromStream(image);
        for (int i = 0; i < cases.Length; i++)
        {
            Type type = assembly.GetType($"C{i}", throwOnError: true)!;
            float[] input = RandomNetworks.Input(random, cases[i].Stage.InputLength(0));
            Check(cases[i], type, input, isFinite: true);
            input[random.Next(input.Length)] = float.NaN;
            Check(cases[i], type, input, isFinite: false);
        }

        context.Unload();
    }

    [Fact]
    public void The_memory_for_copies_does_not_depend_on_weights_and_never_grows_when_channels_go()
    {
        foreach (VectorWidth width in Simd.Widths)
        {
            int before = 0;
            for (int channels = 1; channels <= 64; channels++)
            {
                var input = new Shape(channels, 12, 12);
                Stage full = Stage.Of(Convolution(input, Window.Square(5), 3, density: 1));
                Stage thin = Stage.Of(Convolution(input, Window.Square(5), 3, density: 0.01));
                int work = ConvolutionPlan.MostWorkFloats(full, width);
                Assert.Equal(work, ConvolutionPlan.MostWorkFloats(thin, width));
                Assert.True(work >= before, $"{width}, {channels} channels");
                foreach (ConvolutionPlan plan in ConvolutionPlan.All(full, width, isUnrolled: false)) Assert.True(plan.WorkFloats <= work);
                before = work;
            }
        }
    }

    private static void AssertAllFormsAreThere(Case[] cases)
    {
        foreach (ImageForm form in Enum.GetValues<ImageForm>())
        {
            Assert.Contains(cases, one => one.Plan.Layout.Form == form);
        }

        foreach (PixelPooling pooling in Enum.GetValues<PixelPooling>()) Assert.Contains(cases, one => one.Plan.Grid.Kind == pooling);
        Assert.Contains(cases, one => one.Plan.Chains == 2);
        Assert.Contains(cases, one => one.Plan.LineTiles > 1);
        Assert.Contains(cases, one => one.Plan.GroupFilters > 1 && one.Plan.LineTiles > 1);
        Assert.Contains(cases, one => one.Plan.GroupFilters > 1 && !one.Plan.Layout.IsPacked);
        Assert.Contains(cases, one => one.Plan.GroupFilters == 2 && one.Plan.Chains == 2);
        if (PlanMethods.CanRun(VectorWidth.Vector256)) Assert.Contains(cases, one => one.Plan.GroupFilters == 4);
        if (PlanMethods.CanRun(VectorWidth.Vector512)) Assert.Contains(cases, one => one.Plan.Layout.PicksRows);
        Assert.Contains(cases, one => one.Plan.SegmentTiles > 1);
    }

    private static IEnumerable<Case> Cases(Stage stage) =>
        from width in Simd.Widths
        where PlanMethods.CanRun(width)
        from kernel in (ConvolutionKernel[])[new ConvolutionKernel(), new UnrolledConvolutionKernel()]
        where kernel.Offers(stage, width)
        from plan in ConvolutionPlan.All(stage, width, kernel.Kind == KernelKind.UnrolledPixels)
        where kernel.Kind == KernelKind.Pixels || plan.Grid.Layer.Weights.Count * plan.Sums <= 1000
        select new Case(stage, plan, kernel);

    private static string Source(Case one, string name)
    {
        var writer = new CSharpWriter();
        VectorWidth[] named = [.. Simd.Widths.Where(width => width <= one.Plan.Width)];
        foreach (string alias in named.SelectMany(VectorMathSource.Aliases)) writer.Line(alias);
        writer.Open($"public static class {name}");
        foreach (string function in VectorMathSource.FunctionsFor(
            one.Kernel.Functions(one.Stage).Select(function => (one.Plan.Width, function))))
        {
            writer.Lines(function);
        }

        AlignedTable.WriteCopy(writer);
        AlignedTable.WriteBoundary(writer);
        SparseMatrix weights = one.Stage.Weights!;
        var site = new KernelSite("Run", one.Stage, one.Plan.Width, [new MethodPart(0, 0, weights.Rows, 0, weights.Count, IsPiece: false)]);
        new ConvolutionEmitter(site, one.Plan).Emit(writer);
        writer.Close();
        return writer.ToString();
    }

    private static void Check(Case one, Type type, float[] values, bool isFinite)
    {
        const float Untouched = -777;
        Stage stage = one.Stage;
        int slack = one.Kernel.Slack(one.Plan.Width), work = one.Plan.WorkFloats;
        float[] input = [.. values, .. Enumerable.Repeat(BehindInput, slack)];
        float[] output = [.. Enumerable.Repeat(Untouched, stage.OutputLength + 2 * slack)];
        float[] memory = [.. Enumerable.Repeat(float.NaN, work), .. Enumerable.Repeat(Untouched, slack)];
        MethodInfo method = type.GetMethod("Run", BindingFlags.NonPublic | BindingFlags.Static)!;
        if (work > 0) method.CreateDelegate<MethodWithWork>()(input, output, memory.AsSpan(0, work));
        else method.CreateDelegate<Method>()(input, output);

        Layer[] layers = stage.Pooling is null ? [stage.Layer] : [stage.Layer, stage.Pooling];
        double share = new RoundingBound(new Network("one", stage.Layer.InputShape, new(layers), default)).For(values)
            .BoundShare(output.AsSpan(0, stage.OutputLength));
        Assert.True(share <= 1, $"{one}: {share} of the bound.");
        Assert.All(
            output[stage.OutputLength..], value => Assert.True(!isFinite || float.IsFinite(value), $"{one}: {value} behind the output."));
        Assert.All(output[(stage.OutputLength + slack)..], value => Assert.Equal(Untouched, value));
        Assert.All(memory[work..], value => Assert.Equal(Untouched, value));
    }

    private static Stage RandomStage(SeededRandom random)
    {
        while (true)
        {
            // Half of them as in LeNet, where all forms are offered; the rest anything.
            bool isPlain = random.Next(2) == 0;
            int width = isPlain ? 12 + 8 * random.Next(2) : Between(random, 39);
            var input = new Shape(Between(random, 3), isPlain ? 12 : Between(random, 29), width);
            Window window = isPlain ? Window.Square(5, padding: 2 * random.Next(2))
                : random.Next(6) == 0 ? new Window(1, 1)
                : new Window(Between(random, 5), Between(random, 5))
            {
                StrideY = Between(random, 3), StrideX = Between(random, 3), DilationY = Between(random, 2), DilationX = Between(random, 2),
                Top = random.Next(3), Left = random.Next(3), Bottom = random.Next(3), Right = random.Next(3),
            };
            int groups = random.Next(4) == 0 ? input.Channels : 1;
            ConvolutionLayer layer = Convolution(
                input, window, groups * Between(random, 3), random.Next(2) == 0 ? 0.1 : 0.5, random, groups);
            if (new Network("one", input, new([layer]), default).FindFault() is not null) continue;
            if (random.Next(3) == 0) return Stage.Of(layer);
            Window pool = random.Next(3) > 0 ? Window.Square(2, stride: 2)
                : random.Next(2) == 0 ? Window.Square(3, stride: 2)
                : new Window(1, 3);
            PoolingKind kind = random.Next(3) > 0 ? PoolingKind.Max : PoolingKind.Average;
            var pooling = new PoolingLayer("pool", layer.OutputShape, kind, pool, random.Next(4) == 0, false, Some(random));
            if (new Network("two", input, new([layer, pooling]), default).FindFault() is null)
            {
                return Stage.Of(layer) with { Pooling = pooling };
            }
        }
    }

    private static ConvolutionLayer Convolution(
        Shape input, Window window, int filters, double density, SeededRandom? random = null, int groups = 1)
    {
        random ??= new SeededRandom(3);
        float[] weights = new float[filters * (input.Channels / groups) * window.Length], biases = new float[filters];
        for (int i = 0; i < weights.Length; i++) weights[i] = random.NextDouble() < density ? random.NextSingle() - 0.5f : 0f;
        for (int i = 0; i < filters; i++) biases[i] = random.NextSingle();
        SparseMatrix matrix = SparseMatrix.FromDense(filters, weights.Length / filters, weights);
        return new ConvolutionLayer("image", input, window, groups, matrix, new FloatVector(biases), Some(random));
    }

    private static int Between(SeededRandom random, int most) => 1 + random.Next(most);

    private static Activation Some(SeededRandom random) => random.Next(6) switch
    {
        0 => Activation.Relu,
        1 => Activation.LeakyRelu(-0.3f),
        2 => Activation.Tanh,
        _ => Activation.Identity,
    };

    private sealed record Case(Stage Stage, ConvolutionPlan Plan, ConvolutionKernel Kernel)
    {
        public override string ToString() =>
            $"{Kernel.Kind} {Plan.Width} {Plan.Grid.Kind} {Plan.Layout.Form} by {Plan.GroupFilters} "
                + $"of {Plan.Grid.Layer.Input} by {Plan.Grid.Window}, {Stage.Pooling?.Window}";
    }
}
