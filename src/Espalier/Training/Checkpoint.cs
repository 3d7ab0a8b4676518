using System.Text.Json;
using Espalier.Training.Optimizers;

namespace Espalier.Training;

/// <summary>A training run on disk.</summary>
internal sealed class Checkpoint
{
    private static readonly SealedFile s_file = new("ESPCKPT\0"u8.ToArray(), Version: 3, "checkpoint");
    private float[][] _firstMoments = [], _secondMoments = [];
    private long _steps;
    private string _dataFingerprint = "", _path = "";

    private Checkpoint(TrainableNetwork network, TrainingOptions options, TrainerState state) =>
        (Network, Options, State) = (network, options, state);

    /// <summary>The network with its weights and masks.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The choices of the run.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Where the run stands.</summary>
    public TrainerState State { get; }

    /// <summary>What the method around the training has to know, or empty: see <see cref="TrainingHook.Memory"/>.</summary>
    public string HookMemory { get; private init; } = "";

    /// <summary>Writes the checkpoint of <paramref name="trainer"/>.</summary>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Save(string path, Trainer trainer)
    {
        byte[] bytes = s_file.Seal(writer =>
        {
            writer.Write(trainer.DataFingerprint);
            writer.Write(JsonSerializer.Serialize(trainer.Options));
            WriteNetwork(writer, trainer.Network);
            WriteState(writer, trainer.State);
            writer.Write(trainer.Optimizer.Steps);
            foreach (float[] moments in trainer.Optimizer.FirstMoments) writer.WriteArray(moments);
            foreach (float[] moments in trainer.Optimizer.SecondMoments) writer.WriteArray(moments);
            writer.Write(trainer.Hook?.Memory ?? "");
        });
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="EspalierException">The file is missing, damaged, no checkpoint, or of another version.</exception>
    public static Checkpoint Load(string path)
    {
        using BinaryReader reader = s_file.Open(path);
        string fingerprint = reader.ReadString();
        TrainingOptions options = JsonSerializer.Deserialize<TrainingOptions>(reader.ReadString())!;
        TrainableNetwork network = ReadNetwork(reader);
        return new Checkpoint(network, options, ReadState(reader))
        {
            _path = path,
            _dataFingerprint = fingerprint,
            _steps = reader.ReadInt64(),
            _firstMoments = ReadArrays(reader, network.Parameters.Count),
            _secondMoments = ReadArrays(reader, network.Parameters.Count),
            HookMemory = reader.ReadString(),
        };
    }

    /// <summary>Throws unless the data are those of the run.</summary>
    public void RequireData(string fingerprint)
    {
        if (fingerprint != _dataFingerprint)
        {
            throw new EspalierException($"{_path}: the checkpoint was made with other training or validation samples; give the same ones.");
        }
    }

    /// <summary>Puts the moments and the count of steps back.</summary>
    public void RestoreMoments(Optimizer optimizer)
    {
        optimizer.Steps = _steps;
        for (int i = 0; i < _firstMoments.Length; i++)
        {
            _firstMoments[i].CopyTo(optimizer.FirstMoments[i], 0);
            _secondMoments[i].CopyTo(optimizer.SecondMoments[i], 0);
        }
    }

    /// <summary>Gives <paramref name="network"/>, which is of the same shape, the values and masks of the checkpoint's.</summary>
    public void RestoreNetwork(TrainableNetwork network)
    {
        if (network == Network) return;
        for (int i = 0; i < network.Parameters.Count; i++)
        {
            Parameter from = Network.Parameters[i], to = network.Parameters[i];
            to.Thaw();
            from.Values.CopyTo(to.Values, 0);
            if (from.Mask is uint[] mask) to.Freeze(mask);
        }
    }

    private static void WriteNetwork(BinaryWriter writer, TrainableNetwork network)
    {
        NetworkArchitecture.Write(writer, network);
        foreach (Parameter parameter in network.Parameters)
        {
            writer.WriteArray(parameter.Values);
            writer.WriteArray(parameter.Mask ?? []);
        }
    }

    private static TrainableNetwork ReadNetwork(BinaryReader reader)
    {
        TrainableNetwork network = NetworkArchitecture.Read(reader);
        foreach (Parameter parameter in network.Parameters)
        {
            reader.ReadArray<float>().CopyTo(parameter.Values, 0);
            uint[] mask = reader.ReadArray<uint>();
            if (mask.Length > 0) parameter.Freeze(mask);
        }

        return network;
    }

    private static void WriteState(BinaryWriter writer, TrainerState state)
    {
        writer.Write(state.Epoch);
        writer.Write(state.Step);
        (ulong s0, ulong s1, ulong s2, ulong s3) = state.EpochRandom;
        foreach (ulong word in new[] { s0, s1, s2, s3 }) writer.Write(word);
        writer.Write(state.LossSum);
        writer.Write(state.Errors);
        writer.Write(state.Samples);
        writer.Write(state.LearningRate);
        writer.Write(JsonSerializer.Serialize(state.History));
        writer.Write(state.BestEpoch);
        writer.Write(state.Finished);
        writer.Write(state.BestValues?.Length ?? 0);
        foreach (float[] values in state.BestValues ?? []) writer.WriteArray(values);
    }

    private static TrainerState ReadState(BinaryReader reader)
    {
        int epoch = reader.ReadInt32(), step = reader.ReadInt32();
        var random = (reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
        double lossSum = reader.ReadDouble();
        int errors = reader.ReadInt32(), samples = reader.ReadInt32();
        double learningRate = reader.ReadDouble();
        List<EpochRecord> history = JsonSerializer.Deserialize<List<EpochRecord>>(reader.ReadString())!;
        int bestEpoch = reader.ReadInt32();
        bool finished = reader.ReadBoolean();
        int bestCount = reader.ReadInt32();
        return new TrainerState
        {
            Epoch = epoch,
            Step = step,
            EpochRandom = random,
            LossSum = lossSum,
            Errors = errors,
            Samples = samples,
            LearningRate = learningRate,
            History = history,
            BestEpoch = bestEpoch,
            Finished = finished,
            BestValues = bestCount == 0 ? null : ReadArrays(reader, bestCount),
        };
    }

    private static float[][] ReadArrays(BinaryReader reader, int count)
    {
        var arrays = new float[count][];
        for (int i = 0; i < count; i++) arrays[i] = reader.ReadArray<float>();
        return arrays;
    }
}
