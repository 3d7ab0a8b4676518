using Espalier.Cli.Reproduction.Experiments.DeepCompression;
using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Compression.Sharing;
using Espalier.Data;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// Prune, share, train the shared weights, code: the paper's table 2 in its own coding, and how small the file gets with gaps of any width.
/// </summary>
internal sealed class DeepCompressionExperiment : Experiment
{
    private const int PaperBits = 6;

    // The smallest file is reported of which the validation part says, with one standard error to spare, that its error is no more.
    private const double ErrorBound = 1.8;

    // Four bits for the biases: with five the file is 2 % larger and no better, and as floats they are a tenth of it.
    private const int BiasBits = 4;

    private const string Criterion = "magnitude";
    private const double Rate = 1.5e-3, CentroidRate = 3e-4, WeightDecay = 2e-4;

    // What the paper says: its table 1, and its table 2 for the network as a whole.
    private static readonly PublishedCompression s_paper = new(27_000, 40, 32, 1.58, 1.64, ErrorBar: 1.6);

    private static readonly string[][] s_paperTable =
    [
        ["ip1", "235K", "8 %", "6", "4.4", "5", "3.7", "3.1 %", "2.32 %"],
        ["ip2", "30K", "9 %", "6", "4.4", "5", "4.3", "3.8 %", "3.04 %"],
        ["ip3", "1K", "26 %", "6", "4.3", "5", "3.2", "15.7 %", "12.70 %"],
        ["total", "266K", "8 %", "6", "5.1", "5", "3.7", "3.1 % (32x)", "2.49 % (40x)"],
    ];

    /// <inheritdoc/>
    public override string Name => "deep-compression";

    /// <inheritdoc/>
    public override string Title => "Deep Compression of LeNet-300-100: shared weights, gaps, Huffman codes";

    /// <inheritdoc/>
    public override string Source =>
        "Han, Mao, Dally: Deep Compression, ICLR 2016, tables 1 and 2. Ours: Adam, batch 100, coupled L2 of 2e-4; dense, then gradual "
        + "global magnitude, both at a rate of 1.5e-3; centroids at 3e-4 without L2. Chosen on the last 5,000 training "
        + "images with one seed, then done again on all of them.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        DeepCompressionPlan plan = run.Quick ? DeepCompressionPlan.Quick : DeepCompressionPlan.Full;
        DataSplit mnist = run.Data.Load("mnist", new DataOptions());
        Dataset train = mnist.Train.Slice("mnist train", 0, plan.TrainSamples);
        Dataset whole = mnist.Train.Slice("mnist train", 0, plan.FinalSamples);
        Dataset validation = mnist.Train.Slice(
            "mnist validation", mnist.Train.Count - plan.ValidationSamples, plan.ValidationSamples);
        var work = new DeepCompressionWork(run, plan, train, validation, mnist.Test);

        run.Stage(0, 0.05, "dense network");
        Network dense = work.Train(Rate, WeightDecay);
        var pruned = new List<Network>();
        for (int i = 0; i < plan.Ratios.Count; i++)
        {
            run.Stage(0.05 + 0.4 * i / plan.Ratios.Count, 0.05 + 0.4 * (i + 1) / plan.Ratios.Count, $"pruning {plan.Ratios[i]}x");
            pruned.Add(work.Prune(dense, plan.Ratios[i], Criterion, Rate, WeightDecay));
        }

        List<CompressedNetwork> frontier = Frontier(run, plan, work, pruned);
        run.Stage(0.57, 0.65, "starts of k-means");
        IReadOnlyList<ChartSeries> starts = work.CompareStarts(pruned[0], CentroidRate);

        CompressedNetwork chosen = Choose(frontier, validation.Count);
        var paper = new List<CompressedNetwork>();
        var smallest = new List<CompressedNetwork>();
        for (int i = 0; i < plan.Seeds; i++)
        {
            double step = 0.35 / plan.Seeds, from = 0.65 + step * i;
            var final = new DeepCompressionWork(run, plan, whole, validation, mnist.Test, seed: (ulong)i + 1);
            run.Stage(from, from + 0.14 * step, $"seed {i + 1}, dense network of all samples");
            dense = final.Train(Rate, WeightDecay);
            run.Stage(from + 0.14 * step, from + 0.57 * step, $"seed {i + 1}, the paper's setting");
            paper.Add(final.Compress(
                final.Prune(dense, plan.Ratios[0], Criterion, Rate, WeightDecay), plan.Ratios[0],
                new WeightSharingOptions { Bits = PaperBits },
                plan.CentroidEpochs, CentroidRate, DeepCompressionReport.PaperCoding));
            run.Stage(from + 0.57 * step, from + step, $"seed {i + 1}, the smallest file");
            smallest.Add(final.Compress(
                final.Prune(dense, chosen.Ratio, Criterion, Rate, WeightDecay), chosen.Ratio, chosen.Sharing, plan.CentroidEpochs,
                CentroidRate, new CompressionOptions()));
        }

        return Report(run, plan, dense, paper, smallest, frontier, starts);
    }

    private static List<CompressedNetwork> Frontier(
        ExperimentRun run, DeepCompressionPlan plan, DeepCompressionWork work, List<Network> pruned)
    {
        var frontier = new List<CompressedNetwork>();
        for (int i = 0; i < pruned.Count; i++)
        {
            for (int j = 0; j < plan.Bits.Count; j++)
            {
                double step = 0.12 / (pruned.Count * plan.Bits.Count), from = 0.45 + step * frontier.Count;
                run.Stage(from, from + step, $"{plan.Ratios[i]}x, {plan.Bits[j]} bits");
                frontier.Add(work.Compress(
                    pruned[i], plan.Ratios[i], Sharing(plan.Bits[j]), plan.CentroidEpochs, CentroidRate, new CompressionOptions()));
            }
        }

        return frontier;
    }

    private static WeightSharingOptions Sharing(int bits) => new() { Bits = bits, BiasBits = BiasBits };

    private static CompressedNetwork Choose(List<CompressedNetwork> frontier, int samples)
    {
        return frontier
            .Where(one => one.ValidationError + StandardError(one.ValidationError) <= ErrorBound)
            .MinBy(one => one.Model.Bytes.Length) ?? frontier.MinBy(one => one.ValidationError)!;

        double StandardError(double percent) => Math.Sqrt(percent * (100 - percent) / samples);
    }

    private static ReproductionResult Report(
        ExperimentRun run, DeepCompressionPlan plan, Network dense, List<CompressedNetwork> paper, List<CompressedNetwork> smallest,
        List<CompressedNetwork> frontier, IReadOnlyList<ChartSeries> starts)
    {
        double floats = CompressionTable.DenseBytes(dense);
        string chosen = $"smallest file, {smallest[0].Ratio}x at {smallest[0].Sharing.Bits} bits";
        double paperBytes = paper.Max(one => one.Model.Bytes.Length), smallestBytes = smallest.Max(one => one.Model.Bytes.Length);
        double paperError = paper.Average(one => one.TestError), smallestError = smallest.Average(one => one.TestError);
        var report = new DeepCompressionReport(s_paper, floats, run.Quick);
        ReproductionRow[] rows =
        [
            .. report.PaperRows($"the paper's setting, {plan.Ratios[0]}x at {PaperBits} bits", paper),
            .. report.SmallRows(chosen, smallest, 11_000, ErrorBound),
        ];
        ReproductionTable[] tables =
        [
            new($"Ours in the paper's coding: {plan.Ratios[0]}x, {PaperBits} bits, "
                + $"gaps of {DeepCompressionReport.PaperCoding.IndexBits} bits",
                CompressionTable.Headings, CompressionTable.Rows(paper[0].Model, dense)),
            new("The paper's table 2", DeepCompressionReport.PaperHeadings, s_paperTable),
            new($"Ours, {chosen}, biases shared at {BiasBits} bits",
                CompressionTable.Headings, CompressionTable.Rows(smallest[0].Model, dense)),
            new($"Size against error, learned from {DeepCompressionReport.Number(plan.TrainSamples)} samples",
                ["pruned", "bits", "bytes", "times smaller", "validation error %", "test error %"],
                [.. frontier.Select(one => (IReadOnlyList<string>)
                [
                    $"{one.Ratio}x", DeepCompressionReport.Number(one.Sharing.Bits), DeepCompressionReport.Number(one.Model.Bytes.Length),
                    DeepCompressionReport.Times(floats / one.Model.Bytes.Length),
                    DeepCompressionReport.Percent(one.ValidationError), DeepCompressionReport.Percent(one.TestError),
                ])]),
        ];
        var sizes = new LineChart("LeNet-300-100: size of the file against test error", new Axis("bytes", Logarithmic: true),
            new Axis("test error, %"),
            [
                .. frontier.GroupBy(one => one.Ratio).Select(group => new ChartSeries($"{group.Key}x",
                    [.. group.Select(one => ((double)one.Model.Bytes.Length, one.TestError))])),
                new ChartSeries("ours, 6 bits", [(paperBytes, paperError)]),
                new ChartSeries("smallest", [(smallestBytes, smallestError)]),
                new ChartSeries("Han et al.", [(s_paper.Bytes, s_paper.Error)]),
            ]);
        var errors = new LineChart("Starts of k-means: error against bits of a shared weight", new Axis("bits"),
            new Axis("test error, %", Logarithmic: true), starts);
        return new ReproductionResult(rows, tables,
        [
            new("size-against-error", sizes.ToSvg(),
                "Each line is a pruned network, its points the bits of a shared weight. Pruning further pays more than fewer bits. "
                + "The single points of ours are the two that are reported, means of networks that learned from all samples."),
            new("starts", errors.ToSvg(),
                "Linear, density and random start, dashed (raw) before the shared weights are trained, solid after. The paper finds the "
                + "linear start best."),
        ]);
    }
}
