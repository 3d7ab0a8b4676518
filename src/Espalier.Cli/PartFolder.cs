using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Interchange;

namespace Espalier.Cli;

/// <summary>
/// Finished parts of a long run, each a file with the recipe that made it; a later run takes them from there unless the recipe has changed.
/// </summary>
internal sealed class PartFolder
{
    private const string FolderName = "parts";

    // A part whose record has gained a value since is not one with a zero there: it is done again.
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        IncludeFields = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _path;
    private readonly CancellationToken _cancellation;

    /// <summary>Makes the folder unless it exists.</summary>
    /// <param name="root">The folder of the run, in which that of the parts is.</param>
    /// <param name="cancellation">Ends the run before the next part.</param>
    /// <exception cref="EspalierException">The folder cannot be made.</exception>
    public PartFolder(string root, CancellationToken cancellation)
    {
        (_path, _cancellation) = (Path.Combine(root, FolderName), cancellation);
        OutputFolder.Make(_path);
    }

    /// <summary>Removes the parts of a run. They are only a cache; its tables and plots stay.</summary>
    public static void Remove(string root)
    {
        string path = Path.Combine(root, FolderName);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    /// <summary>The result of <paramref name="work"/>, or what an earlier run with the same recipe found.</summary>
    /// <typeparam name="T">A record or list that JSON can hold.</typeparam>
    /// <param name="name">The part's name, unique within the run; letters, digits and hyphens.</param>
    /// <param name="recipe">All settings that decide the result, in words; when they change, the part is done again.</param>
    /// <param name="work">Does it.</param>
    public T Part<T>(string name, string recipe, Func<T> work)
    {
        string path = Path.Combine(_path, name + ".json");
        if (Read<Stored<T>>(path) is { } stored && stored.Recipe == recipe) return stored.Result;
        _cancellation.ThrowIfCancellationRequested();
        T result = work();
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Stored<T>(recipe, result), s_json) + "\n");
        return result;
    }

    /// <summary>The network that <paramref name="work"/> makes, or what an earlier run with the same recipe made.</summary>
    /// <inheritdoc cref="Part{T}"/>
    public Network Model(string name, string recipe, Func<Network> work)
    {
        string mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..12];
        string path = Path.Combine(_path, $"{name}-{mark}.espalier");
        if (File.Exists(path)) return ModelFile.Load(path);
        _cancellation.ThrowIfCancellationRequested();
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
