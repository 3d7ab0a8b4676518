using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Inference;

/// <summary>
/// Holds compiled code against the reference interpreter: every register width that the processor has over the lowered network, the
/// scalar code to the bit and vector code within its <see cref="RoundingBound"/>, at the output and at every layer on the way there (in a
/// second compilation, whose scratch memory keeps all values); and the code that this machine runs over the network
/// as it was given, where folding constants may round differently.
/// </summary>
public static class NetworkVerifier
{
    /// <summary>The largest relative deviation from the given network's outputs that still passes, for inputs of ordinary size.</summary>
    public const double Tolerance = 1e-4;

    // Inputs of a batch call: 4 MB.
    private const int BatchFloats = 1 << 20;

    /// <summary>Runs <paramref name="compiled"/> and both interpreters over the network's samples, random and extreme inputs.</summary>
    /// <param name="network">The network that <paramref name="compiled"/> was made of.</param>
    /// <param name="compiled">The code to judge.</param>
    /// <param name="seed">The seed of the random inputs.</param>
    /// <param name="randomInputs">How many random inputs to try.</param>
    public static VerificationResult Verify(Network network, CompiledNetwork compiled, ulong seed = 1, int randomInputs = 100)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(compiled);
        var given = new ReferenceInterpreter(network);
        using CompiledNetwork open = CompiledNetwork.Compile(PlanScratch.Apart(compiled.Lowered), compiled.Emit);
        WidthPlan[] plans = [.. PlanMethods.Runnable(open.Lowered)];
        var references = new List<PlanReference>();
        var probes = new PlanProbe?[plans.Length];
        for (int plan = 0; plan < plans.Length; plan++)
        {
            var reference = PlanReference.Of(plans[plan], open.Lowered, references);
            if (!references.Contains(reference)) references.Add(reference);
            probes[plan] = plans[plan].IsFused ? null : new PlanProbe(open, plans[plan], reference);
        }

        CodeVerification[] widths = [.. plans.Select(plan => CodeVerification.None(plan.Width.ToString().ToLowerInvariant()))];
        var batch = CodeVerification.None("batch");
        Deviation fromGiven = Deviation.None;
        float[] actual = new float[compiled.OutputLength], outputsOfGiven = new float[compiled.OutputLength];
        int batchRows = Math.Max(1, BatchFloats / compiled.InputLength);
        foreach ((float[] Input, bool IsOrdinary)[] rows in Inputs(network, seed, randomInputs).Chunk(batchRows))
        {
            var outputs = new float[rows.Length * compiled.OutputLength];
            compiled.PredictBatch(rows.SelectMany(row => row.Input).ToArray(), outputs);
            foreach ((int i, (float[] input, bool isOrdinary)) in rows.Select((row, i) => (i, row)))
            {
                foreach (PlanReference reference in references) reference.Compute(input);

                // The scalar plan comes first, and computes the lowered network as it is.
                BoundedOutputs expected = references[0].Layers[^1];
                for (int plan = 0; plan < plans.Length; plan++)
                {
                    compiled.Predict(plans[plan].Width, input, actual);
                    probes[plan]?.Look(input, isOrdinary);
                    widths[plan] = plans[plan].Width == VectorWidth.Scalar
                        ? widths[plan].WithExact(expected, actual)
                        : widths[plan].WithBounded(expected, actual);
                }

                batch = batch.WithBounded(expected, outputs.AsSpan(i * actual.Length, actual.Length));
                if (!isOrdinary) continue;
                compiled.Predict(input, actual);
                given.Predict(input, outputsOfGiven);
                fromGiven = fromGiven.Or(Deviation.Between(actual, outputsOfGiven));
            }
        }

        for (int plan = 0; plan < plans.Length; plan++) widths[plan] = widths[plan] with { Layers = probes[plan]?.Stages ?? [] };
        bool samplesHold = compiled.Verify(out float largestSampleError);
        return new VerificationResult(widths, batch, fromGiven, network.Samples.Length, samplesHold, largestSampleError);
    }

    /// <summary>Runs <paramref name="compiled"/> and another implementation over the network's samples and random inputs.</summary>
    /// <param name="network">The network that <paramref name="compiled"/> was made of.</param>
    /// <param name="compiled">The code to judge.</param>
    /// <param name="name">What the other implementation is called in reports.</param>
    /// <param name="reference">Computes the outputs of an input.</param>
    /// <param name="seed">The seed of the random inputs.</param>
    /// <param name="randomInputs">How many random inputs to try.</param>
    public static ReferenceDeviation Compare(
        Network network, CompiledNetwork compiled, string name, SamplePrediction reference, ulong seed = 1, int randomInputs = 100)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentNullException.ThrowIfNull(reference);
        float[] actual = new float[compiled.OutputLength], expected = new float[compiled.OutputLength];
        Deviation all = Deviation.None;
        foreach ((float[] input, bool isOrdinary) in Inputs(network, seed, randomInputs))
        {
            if (!isOrdinary) continue;
            compiled.Predict(input, actual);
            reference(input, expected);
            all = all.Or(Deviation.Between(actual, expected));
        }

        return new ReferenceDeviation(name, all);
    }

    /// <summary>Classifies every sample of <paramref name="data"/> by <paramref name="compiled"/> and by the interpreter.</summary>
    /// <param name="network">The network that <paramref name="compiled"/> was made of.</param>
    /// <param name="compiled">The code to judge.</param>
    /// <param name="data">Samples that fit the network.</param>
    /// <param name="cancellationToken">Ends the comparison early.</param>
    public static AnswerComparison CompareAnswers(
        Network network, CompiledNetwork compiled, Dataset data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentNullException.ThrowIfNull(data);
        var interpreter = new ReferenceInterpreter(network);
        var bound = new RoundingBound(network);
        int same = 0, closeCalls = 0;
        for (int i = 0; i < data.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int answer = compiled.Classify(data.Input(i)), reference = interpreter.Classify(data.Input(i));
            if (answer == reference) same++;
            else if (bound.For(data.Input(i)).IsCloseCall(reference, answer, network.OutputActivation.DecisionThreshold)) closeCalls++;
        }

        return new AnswerComparison(same, closeCalls, data.Count);
    }

    private static IEnumerable<(float[] Input, bool IsOrdinary)> Inputs(Network network, ulong seed, int randomInputs)
    {
        int length = network.InputShape.Length;
        foreach (Sample sample in network.Samples) yield return (sample.ToDenseInput(length), true);
        var random = new SeededRandom(seed);
        for (int i = 0; i < randomInputs; i++)
        {
            // Every other input is mostly zero, as images are.
            double share = i % 2 == 0 ? 1 : 0.2;
            yield return (Fill(length, () => random.NextDouble() < share ? (float)random.NextNormal() : 0), true);
        }

        foreach (float extreme in (float[])[0, -0f, 1, -1, 1e-40f, -1e-40f]) yield return (Fill(length, () => extreme), true);
        foreach (float extreme in (float[])[1e30f, -1e30f, float.MaxValue, float.PositiveInfinity, float.NaN])
        {
            yield return (Fill(length, () => extreme), false);
            yield return (Fill(length, () => random.NextDouble() < 0.5 ? extreme : -extreme), false);
            yield return (Fill(length, () => random.NextDouble() < 0.1 ? extreme : 0), false);
        }
    }

    private static float[] Fill(int length, Func<float> next)
    {
        var input = new float[length];
        for (int i = 0; i < length; i++) input[i] = next();
        return input;
    }
}
