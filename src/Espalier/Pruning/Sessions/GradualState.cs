using System.Text.Json;
using Espalier.Training;

namespace Espalier.Pruning.Sessions;

/// <summary>Where a gradual run stands, apart from the training under way, in whose checkpoint it is kept.</summary>
/// <param name="Recipe">The choices of the run.</param>
/// <param name="WeightsAtStart">The weights before the run.</param>
/// <param name="WeightsAtEnd">Where the schedule ends.</param>
/// <param name="Rounds">The renewals of the mask.</param>
/// <param name="Renewals">The number of training steps done before each of them.</param>
internal sealed record GradualState(
    GradualRecipe Recipe, int WeightsAtStart, int WeightsAtEnd, List<PruningRound> Rounds, List<long> Renewals)
{
    /// <summary>Whether all weights to go have gone, and the training is that of the survivors.</summary>
    public bool IsFineTuning { get; set; }

    /// <summary>Reads what <see cref="ToJson"/> wrote into <paramref name="checkpoint"/>.</summary>
    /// <exception cref="EspalierException">It is the checkpoint of something else.</exception>
    public static GradualState Of(string path, Checkpoint checkpoint)
    {
        try
        {
            return JsonSerializer.Deserialize<GradualState>(checkpoint.HookMemory, SessionFolder.Json)!;
        }
        catch (JsonException error)
        {
            throw new EspalierException($"{path}: the checkpoint is not of a gradual pruning run.", error);
        }
    }

    /// <summary>As text for a checkpoint.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SessionFolder.Json);
}
