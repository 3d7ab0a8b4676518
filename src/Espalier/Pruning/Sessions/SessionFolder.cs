using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Sessions;

/// <summary>
/// A session on disk: <c>session.json</c>, and for each state a file whose name holds a part of its hash. States are written before the log
/// that names them and removed after it, so that at any time the log names files that are whole.
/// </summary>
internal static class SessionFolder
{
    private const string LogName = PruningSession.LogName, StatePattern = "round-*.state", TrainingName = "gradual.checkpoint";
    private const int Version = 2, HashDigits = 12;

    private static readonly SealedFile s_state = new("ESPROUND"u8.ToArray(), Version, "state of a pruning session");

    /// <summary>How logs are written.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The file of the training in which a gradual run stands.</summary>
    public static string TrainingPath(string folder) => Path.GetFullPath(Path.Combine(folder, TrainingName));

    /// <summary>Writes the states that are new, then the log, and removes what it no longer names.</summary>
    public static void Save(string folder, PruningSession session)
    {
        OutputFolder.Make(folder);
        string[] states = [.. session.States.Select((state, i) => SaveState(folder, i, session.Network, state))];
        var record = new SessionRecord(
            Version, session.Network.Name, session.Context.Train.Name, session.MeasuredOn,
            session.Fingerprint, session.Context.Loss, session.Recipe,
            session.WeightsAtStart, session.Start, session.Rounds, states);
        AtomicFile.WriteText(Path.Combine(folder, LogName), JsonSerializer.Serialize(record, Json) + "\n");
        foreach (string file in Directory.EnumerateFiles(folder, StatePattern))
        {
            if (!states.Contains(Path.GetFileName(file), StringComparer.Ordinal)) File.Delete(file);
        }

        if (TrainingPath(folder) is { } training && training != session.TrainingPath) File.Delete(training);
    }

    /// <summary>See <see cref="PruningSession.Load"/>.</summary>
    public static PruningSession Load(string folder, Dataset train, Dataset? validation, int? round)
    {
        ArgumentNullException.ThrowIfNull(train);
        SessionRecord record = Read(folder);
        if (DataFingerprint.Of(train, validation) != record.Fingerprint)
        {
            throw new EspalierException(
                $"{folder}: the session was made with '{record.Data}', measured on '{record.MeasuredOn}', and other samples than those " +
                $"of '{train.Name}' now; give the same ones.");
        }

        record = CutAfter(folder, record, round);
        TrainableNetwork? network = null;
        var states = new List<NetworkSnapshot>();
        foreach (string file in record.States)
        {
            using BinaryReader reader = s_state.Open(Path.Combine(folder, file));
            TrainableNetwork empty = NetworkArchitecture.Read(reader);
            network ??= empty;
            states.Add(NetworkSnapshot.Read(reader));
        }

        return new PruningSession(new PruningStage(network!, train, validation, record.Loss), record, states)
        {
            TrainingPath = round is null && TrainingPath(folder) is { } training && File.Exists(training) ? training : null,
        };
    }

    /// <summary>The log.</summary>
    /// <exception cref="EspalierException">There is none, or it is damaged.</exception>
    public static SessionRecord Read(string folder)
    {
        string path = Path.Combine(folder, LogName);
        try
        {
            SessionRecord? record = JsonSerializer.Deserialize<SessionRecord>(File.ReadAllText(path), Json);
            if (record is { Version: not (0 or Version) })
            {
                throw new EspalierException(
                    $"{path}: the session has format version {record.Version}; this program reads version {Version}.");
            }

            return IsWhole(record) ? record! : throw new EspalierException($"{path}: the log of the session is damaged.");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EspalierException($"{folder}: holds no pruning session (there is no {LogName}).", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"{path}: the log of the session cannot be read ({error.Message}).", error);
        }
        catch (JsonException error)
        {
            throw new EspalierException($"{path}: the log of the session is damaged ({error.Message.ReplaceLineEndings(" ")}).", error);
        }
    }

    private static bool IsWhole(SessionRecord? record) =>
        record is { Version: Version, Start: not null, Rounds: not null, Recipe: not null, Data: not null, States: not null } &&
        record.States.Count == record.Rounds.Count(round => !round.IsTakenBack) + 1 &&
        record.States.All(file => file is not null && Path.GetFileName(file) == file);

    // Up to a round that stands; those that were taken back before it stay in the log.
    private static SessionRecord CutAfter(string folder, SessionRecord record, int? round)
    {
        if (round is not int last) return record;
        int count = 1 + record.Rounds.Count(one => one.Round <= last && !one.IsTakenBack);
        if (last == 0) return record with { Rounds = [], States = [record.States[0]] };
        PruningRound? found = record.Rounds.FirstOrDefault(one => one.Round == last);
        if (found is null or { IsTakenBack: true })
        {
            string fault = found is null ? "does not exist" : "was undone";
            string standing = string.Join(", ", record.Rounds.Where(one => !one.IsTakenBack).Select(one => one.Round).Prepend(0));
            throw new EspalierException($"{folder}: round {last} of the session {fault}; it can go on after {standing}.");
        }

        return record with { Rounds = [.. record.Rounds.Take(last)], States = [.. record.States.Take(count)] };
    }

    private static string SaveState(string folder, int index, TrainableNetwork network, NetworkSnapshot state)
    {
        byte[] bytes = s_state.Seal(writer =>
        {
            NetworkArchitecture.Write(writer, network);
            state.Write(writer);
        });
        string name = $"round-{index:000}-{Convert.ToHexString(SHA256.HashData(bytes))[..HashDigits].ToLowerInvariant()}.state";
        string path = Path.Combine(folder, name);
        if (!File.Exists(path)) AtomicFile.Write(path, stream => stream.Write(bytes));
        return name;
    }
}
