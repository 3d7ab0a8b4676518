using System.Runtime.InteropServices;
using Espalier.Compilation.Model;
using Espalier.Generator.Tests.Harness;
using Espalier.Interchange;

namespace Espalier.EndToEnd.Tests.Walk;

/// <summary>What a project of a user, built by the SDK through the generator, makes of a model file and of inputs.</summary>
/// <param name="Network">The network as it stands in the model file.</param>
/// <param name="Classes">One class for each input, by <c>Classify</c>.</param>
/// <param name="Outputs">The outputs for each input, by <c>Predict</c>.</param>
/// <param name="WorkspaceOutputs">The same by <c>Predict</c> in the caller's memory.</param>
/// <param name="BatchOutputs">The same by <c>PredictBatch</c>.</param>
/// <param name="Printed">What the program says of <c>Verify</c> and of the bytes that all calls together allocated.</param>
internal sealed record ConsumerRun(
    Network Network, int[] Classes, float[] Outputs, float[] WorkspaceOutputs, float[] BatchOutputs, string Printed)
{
    private const string Program = """
        using System;
        using System.IO;
        using System.Runtime.InteropServices;
        using Acme;

        float[] inputs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes("inputs.bin")).ToArray();
        int count = inputs.Length / Net.InputLength;
        var classes = new int[count];
        var outputs = new float[count * Net.OutputLength];
        var workspaceOutputs = new float[outputs.Length];
        var batchOutputs = new float[outputs.Length];
        var workspace = new float[Net.WorkspaceLength];

        // Before the count of bytes: the first calls copy tables, and the first large batch of a thread makes its buffer.
        Run(Math.Min(count, 100));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(count);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Write("classes.bin", classes);
        Write("outputs.bin", outputs);
        Write("workspace.bin", workspaceOutputs);
        Write("batch.bin", batchOutputs);
        Console.WriteLine($"verified {Net.Verify(out _)}, {allocated} bytes");

        void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> input = inputs.AsSpan(i * Net.InputLength, Net.InputLength);
                classes[i] = Net.Classify(input);
                Net.Predict(input, outputs.AsSpan(i * Net.OutputLength, Net.OutputLength));
                Net.Predict(input, workspaceOutputs.AsSpan(i * Net.OutputLength, Net.OutputLength), workspace);
            }

            Net.PredictBatch(inputs.AsSpan(0, count * Net.InputLength), batchOutputs.AsSpan(0, count * Net.OutputLength));
        }

        static void Write<T>(string path, T[] values) where T : struct =>
            File.WriteAllBytes(path, MemoryMarshal.AsBytes<T>(values).ToArray());
        """;

    /// <summary>Writes the model file, builds a project around it and runs it over <paramref name="inputs"/>.</summary>
    public static ConsumerRun Of(Network network, float[] inputs)
    {
        using var project = new ConsumerProject(
            "<EspalierNetwork Include=\"network.espalier\" ClassName=\"Net\" Namespace=\"Acme\" Visibility=\"internal\" />",
            Program,
            "<Optimize>true</Optimize>");
        ModelFile.Save(project.PathOf("network.espalier"), network);
        File.WriteAllBytes(project.PathOf("inputs.bin"), MemoryMarshal.AsBytes<float>(inputs));

        Assert.Equal((0, ""), project.Build());
        (int exitCode, string printed) = project.Execute();
        Assert.True(exitCode == 0, printed);
        return new ConsumerRun(
            ModelFile.Load(project.PathOf("network.espalier")), Read<int>("classes.bin"),
            Read<float>("outputs.bin"), Read<float>("workspace.bin"), Read<float>("batch.bin"), printed.Trim());

        T[] Read<T>(string name)
            where T : struct => MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(project.PathOf(name))).ToArray();
    }
}
