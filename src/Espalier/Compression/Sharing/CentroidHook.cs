using Espalier.Training;

namespace Espalier.Compression.Sharing;

/// <summary>Turns the gradients of weights into those of the centroids before each step of the optimizer.</summary>
internal sealed class CentroidHook(IReadOnlyList<SharedParameter> parameters) : TrainingHook
{
    /// <inheritdoc/>
    public override void BeforeUpdate(long step)
    {
        foreach (SharedParameter parameter in parameters) parameter.GatherGradient();
    }
}
