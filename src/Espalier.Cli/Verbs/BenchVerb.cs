using System.CommandLine;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Inference.Baselines;
using Espalier.Interchange;

namespace Espalier.Cli.Verbs;

/// <summary>Times the generated code of a model against dense and sparse baselines, on the same inputs in one run.</summary>
internal sealed class BenchVerb : Verb
{
    private const int RandomSamples = 1024;

    // 64 MB a buffer: far beyond the caches already, so that a larger batch would tell nothing more.
    private const int MaxBatchValues = 1 << 24;

    private readonly DataArguments _data;
    private readonly Option<int> _batch = new("--batch")
    {
        Description = "Samples a call; 1 times Predict, more time PredictBatch.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly SecondsArgument _seconds;
    private readonly Option<bool> _kernels = new("--kernels")
    {
        Description = "Instead, time every kernel on every layer beside its estimate, one sample at a time.",
    };

    public BenchVerb(Terminal terminal)
        : base("bench", "Time a model's generated code against dense and sparse baselines, after checking that all agree. " +
            "ONNX Runtime and LIBXSMM take part when ESPALIER_ONNXRUNTIME and ESPALIER_LIBXSMM name their shared libraries.", terminal,
            "espalier bench digits.espalier --data digits", "espalier bench lenet.espalier --data mnist --batch 256 --json",
            "espalier bench lenet.espalier --kernels")
    {
        Add(CommonOptions.Model);
        _data = new DataArguments(this, isRequired: false, "Inputs from the test part of this set; otherwise random ones");
        Add(_batch);
        _seconds = new SecondsArgument(this, unlessGiven: 6);
        Add(CommonOptions.Kernel);
        Add(_kernels);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        int batch = arguments.GetValue(_batch);
        TimeSpan budget = _seconds.Read(arguments);
        if (batch < 1) throw new EspalierException($"--batch {batch}: a call needs at least one sample.");
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        if (arguments.GetValue(_kernels)) return TryKernels(arguments, network, budget, cancel);
        int widest = Math.Max(network.InputShape.Length, network.Layers.Max(layer => layer.OutputShape.Length));
        if ((long)batch * widest > MaxBatchValues)
        {
            throw new EspalierException(
                $"--batch {batch}: too many samples a call for this network; give at most {MaxBatchValues / widest}.");
        }

        float[] inputs = _data.Name(arguments) is null
            ? RandomInputs(network.InputShape.Length, Math.Max(batch, RandomSamples), arguments.GetValue(CommonOptions.Seed))
            : _data.Load(arguments, network).Test.Inputs;
        int samples = inputs.Length / network.InputShape.Length;
        if (samples < batch)
        {
            throw new EspalierException($"--batch {batch}: {_data.Name(arguments)} has only {samples} test samples; give no more.");
        }

        // All contenders run on one thread; MathNet would take all processors for one product.
        MathNet.Numerics.Control.UseSingleThread();
        var compile = new CompileOptions { Lowering = new LoweringOptions { Kernel = CommonOptions.KernelOf(arguments) } };
        var timing = new BenchmarkOptions { Batch = batch, Budget = budget };
        BenchmarkReport report = RunOrLeave(
            () => BenchmarkSuite.Run(network, Contenders.All(network, compile), inputs, timing), cancel);
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new { report.Processor, report.Runtime, report.Batch, report.Rounds, Contenders = report.Results });
        }
        else
        {
            BenchmarkTable.Write(Terminal, report);
        }

        return ExitCode.Success;
    }

    private int TryKernels(ParseResult arguments, Network network, TimeSpan budget, CancellationToken cancel)
    {
        LoweredNetwork lowered = LoweringPipeline.Run(network, cancellationToken: cancel);

        // Layers without weights have one kernel: there is nothing to choose.
        Stage[] stages = [.. lowered.Widest.Stages.Where(stage => stage.Weights is not null)];
        var trials = new List<(Stage Stage, IReadOnlyList<KernelTrial> Trials)>();
        foreach (Stage stage in stages)
        {
            trials.Add((stage, RunOrLeave(
                () => KernelTrials.Run(stage, budget / stages.Length, arguments.GetValue(CommonOptions.Seed)), cancel)));
        }

        if (WantsJson(arguments)) Terminal.WriteJson(KernelTrialTable.ToJson(trials));
        else KernelTrialTable.Write(Terminal, trials);
        return ExitCode.Success;
    }

    private static float[] RandomInputs(int length, int samples, ulong seed)
    {
        var random = new SeededRandom(seed);
        var inputs = new float[length * samples];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = random.NextSingle();
        return inputs;
    }
}
