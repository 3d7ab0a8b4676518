using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training.Optimizers;

namespace Espalier.Training;

/// <summary>
/// A training run on disk. The file: 8 bytes "ESPCKPT" and a zero, the format version (int32), the length of the payload (int64),
/// the payload, and the SHA-256 of all before it. Little-endian throughout.
/// </summary>
internal sealed class Checkpoint
{
    private const int Version = 1, HeaderLength = 8 + 4 + 8;
    private static readonly byte[] s_magic = "ESPCKPT\0"u8.ToArray();
    private float[][] _firstMoments = [], _secondMoments = [];
    private long _steps;
    private string _dataFingerprint = "";

    private Checkpoint(TrainableNetwork network, TrainingOptions options, TrainerState state) =>
        (Network, Options, State) = (network, options, state);

    /// <summary>The network with its weights and masks.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The choices of the run.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Where the run stands.</summary>
    public TrainerState State { get; }

    /// <summary>Writes the checkpoint of <paramref name="trainer"/>.</summary>
    /// <exception cref="EspalierException">A layer is not of the kinds that a checkpoint holds, or the file cannot be written.</exception>
    public static void Save(string path, Trainer trainer, Dataset train, Dataset? validation)
    {
        if (trainer.Network.Layers.FirstOrDefault(layer => layer is not TrainableDense) is TrainableLayer other)
        {
            throw new EspalierException(
                $"{path}: no checkpoint can hold layer '{other.Name}', a {other.GetType().Name}; train without one.");
        }

        var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(s_magic);
            writer.Write(Version);
            writer.Write(0L);
            writer.Write(Fingerprint(train, validation));
            writer.Write(JsonSerializer.Serialize(trainer.Options));
            WriteNetwork(writer, trainer.Network);
            WriteState(writer, trainer.State);
            writer.Write(trainer.Optimizer.Steps);
            foreach (float[] moments in trainer.Optimizer.FirstMoments) WriteArray<float>(writer, moments);
            foreach (float[] moments in trainer.Optimizer.SecondMoments) WriteArray<float>(writer, moments);
            buffer.Position = HeaderLength - sizeof(long);
            writer.Write(buffer.Length - HeaderLength);
        }

        ReadOnlySpan<byte> bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        byte[] hash = SHA256.HashData(bytes);
        AtomicFile.Write(path, stream =>
        {
            buffer.WriteTo(stream);
            stream.Write(hash);
        });
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="EspalierException">The file is missing, damaged, no checkpoint, or of another version.</exception>
    public static Checkpoint Load(string path)
    {
        byte[] bytes = ReadVerified(path);
        using var reader = new BinaryReader(new MemoryStream(bytes, HeaderLength, bytes.Length - HeaderLength), Encoding.UTF8);
        string fingerprint = reader.ReadString();
        TrainingOptions options = JsonSerializer.Deserialize<TrainingOptions>(reader.ReadString())!;
        TrainableNetwork network = ReadNetwork(reader);
        return new Checkpoint(network, options, ReadState(reader))
        {
            _dataFingerprint = fingerprint,
            _steps = reader.ReadInt64(),
            _firstMoments = ReadArrays(reader, network.Parameters.Count),
            _secondMoments = ReadArrays(reader, network.Parameters.Count),
        };
    }

    /// <summary>Throws unless the data are those of the run.</summary>
    public void RequireData(string path, Dataset train, Dataset? validation)
    {
        if (Fingerprint(train, validation) != _dataFingerprint)
        {
            throw new EspalierException($"{path}: the checkpoint was made with other training or validation samples; give the same ones.");
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

    private static byte[] ReadVerified(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"{path}: the checkpoint cannot be read ({error.Message}).", error);
        }

        if (!bytes.AsSpan().StartsWith(s_magic)) throw new EspalierException($"{path}: is no Espalier checkpoint.");
        if (bytes.Length < HeaderLength)
        {
            throw new EspalierException($"{path}: the checkpoint is cut off within its header; use an older one.");
        }

        int version = BitConverter.ToInt32(bytes, s_magic.Length);
        if (version != Version)
        {
            throw new EspalierException($"{path}: the checkpoint has format version {version}; this program reads version {Version}.");
        }

        long expected = HeaderLength + BitConverter.ToInt64(bytes, HeaderLength - sizeof(long)) + SHA256.HashSizeInBytes;
        if (bytes.Length != expected)
        {
            throw new EspalierException(
                $"{path}: the checkpoint has {bytes.Length} bytes instead of {expected}; it is cut off or damaged, use an older one.");
        }

        byte[] content = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
        {
            throw new EspalierException($"{path}: the checkpoint is damaged (its hash does not match); use an older one.");
        }

        return content;
    }

    private static string Fingerprint(Dataset train, Dataset? validation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(train);
        if (validation is not null) Append(validation);
        return Convert.ToHexString(hash.GetHashAndReset());

        void Append(Dataset data)
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([data.Count, data.InputShape.Length, data.TargetLength]));
            hash.AppendData(MemoryMarshal.AsBytes<float>(data.Inputs));
            hash.AppendData(MemoryMarshal.AsBytes<int>(data.Labels));
            hash.AppendData(MemoryMarshal.AsBytes<float>(data.Targets));
        }
    }

    private static void WriteNetwork(BinaryWriter writer, TrainableNetwork network)
    {
        writer.Write(network.Name);
        WriteShape(writer, network.InputShape);
        writer.Write(network.Layers.Count);
        foreach (TrainableLayer layer in network.Layers)
        {
            writer.Write(layer.Name);
            WriteShape(writer, layer.InputShape);
            WriteShape(writer, layer.OutputShape);
            writer.Write((int)layer.Activation.Kind);
            writer.Write(layer.Activation.Alpha);
        }

        foreach (Parameter parameter in network.Parameters)
        {
            WriteArray<float>(writer, parameter.Values);
            WriteArray<uint>(writer, parameter.Mask ?? []);
        }
    }

    private static TrainableNetwork ReadNetwork(BinaryReader reader)
    {
        string name = reader.ReadString();
        Shape inputShape = ReadShape(reader);
        var layers = new TrainableLayer[reader.ReadInt32()];
        for (int i = 0; i < layers.Length; i++)
        {
            string layerName = reader.ReadString();
            int inputs = ReadShape(reader).Length, outputs = ReadShape(reader).Length;
            var activation = new Activation((ActivationKind)reader.ReadInt32(), reader.ReadSingle());
            layers[i] = new TrainableDense(layerName, inputs, outputs, activation);
        }

        var network = new TrainableNetwork(name, inputShape, layers);
        foreach (Parameter parameter in network.Parameters)
        {
            ReadArray<float>(reader).CopyTo(parameter.Values, 0);
            uint[] mask = ReadArray<uint>(reader);
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
        foreach (float[] values in state.BestValues ?? []) WriteArray<float>(writer, values);
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

    private static void WriteShape(BinaryWriter writer, Shape shape)
    {
        writer.Write(shape.Channels);
        writer.Write(shape.Height);
        writer.Write(shape.Width);
    }

    private static Shape ReadShape(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());

    private static void WriteArray<T>(BinaryWriter writer, T[] values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes<T>(values));
    }

    private static T[] ReadArray<T>(BinaryReader reader)
        where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static float[][] ReadArrays(BinaryReader reader, int count)
    {
        var arrays = new float[count][];
        for (int i = 0; i < count; i++) arrays[i] = ReadArray<float>(reader);
        return arrays;
    }
}
