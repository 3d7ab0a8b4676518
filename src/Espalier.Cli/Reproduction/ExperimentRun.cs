using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Interchange;

namespace Espalier.Cli.Reproduction;

/// <summary>
/// One run of an experiment: its data, its folder, its progress. Finished parts stand in the folder as files, each with the recipe that
/// made it; a later run takes them from there unless the recipe has changed.
/// </summary>
internal sealed class ExperimentRun
{
    // A part whose record has gained a value since is not one with a zero there: it is done again.
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        IncludeFields = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _parts;
    private readonly Action<double, string> _report;
    private double _from, _to = 1;

    /// <summary>Prepares a run.</summary>
    /// <param name="data">The data sets.</param>
    /// <param name="folder">Where files go; made when it is not there.</param>
    /// <param name="quick">Whether to run on a small scale.</param>
    /// <param name="report">Told the part that is done, 0 to 1, and a word on what is under way.</param>
    /// <param name="cancellation">Ends the run.</param>
    public ExperimentRun(DataCatalog data, string folder, bool quick, Action<double, string> report, CancellationToken cancellation)
    {
        (Data, Quick, _report, Cancellation) = (data, quick, report, cancellation);
        _parts = Path.Combine(folder, "parts");
        OutputFolder.Make(_parts);
    }

    /// <summary>The data sets.</summary>
    public DataCatalog Data { get; }

    /// <summary>Whether everything is done on a small scale.</summary>
    public bool Quick { get; }

    /// <summary>Ends the run.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Says that what follows takes the progress of the whole from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public void Stage(double from, double to, string what)
    {
        (_from, _to) = (from, to);
        Report(0, what);
    }

    /// <summary>Reports the part of the present stage that is done, 0 to 1.</summary>
    public void Report(double fraction, string what) => _report(_from + (_to - _from) * Math.Clamp(fraction, 0, 1), what);

    /// <summary>The result of <paramref name="work"/>, or what an earlier run with the same recipe found.</summary>
    /// <typeparam name="T">A record or list that JSON can hold.</typeparam>
    /// <param name="name">The part's name, unique within the experiment; letters, digits and hyphens.</param>
    /// <param name="recipe">All settings that decide the result, in words; when they change, the part is done again.</param>
    /// <param name="work">Does it.</param>
    public T Part<T>(string name, string recipe, Func<T> work)
    {
        string path = Path.Combine(_parts, name + ".json");
        if (Read<Stored<T>>(path) is { } stored && stored.Recipe == recipe) return stored.Result;
        Cancellation.ThrowIfCancellationRequested();
        T result = work();
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Stored<T>(recipe, result), s_json) + "\n");
        return result;
    }

    /// <summary>The network that <paramref name="work"/> makes, or what an earlier run with the same recipe made.</summary>
    /// <inheritdoc cref="Part{T}"/>
    public Network Model(string name, string recipe, Func<Network> work)
    {
        string mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..12];
        string path = Path.Combine(_parts, $"{name}-{mark}.espalier");
        if (File.Exists(path)) return ModelFile.Load(path);
        Cancellation.ThrowIfCancellationRequested();
        Network network = work();
        ModelFile.Save(path, network);
        return network;
    }

    // A part that cannot be read is done again: it is a cache, and the user's data are elsewhere.
    private static T? Read<T>(string path)
        where T : class
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), s_json);
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            return null;
        }
    }

    private sealed record Stored<T>(string Recipe, T Result);
}
