namespace Espalier.Pruning.Surgery;

/// <summary>One attempt to delete a parameter.</summary>
/// <param name="Parameter">The parameter's name, such as "fc1.weights".</param>
/// <param name="Index">The number in it: output x inputs + input, or for a bias the output.</param>
/// <param name="Saliency">What the order ranks by; for OBS and OBD the predicted rise of the objective.</param>
/// <param name="Before">The objective before: the mean loss with the penalty of the weights.</param>
/// <param name="After">The objective right after it, the survivors moved if the order moves them.</param>
/// <param name="AfterRetraining">The objective after retraining, or null when there was none.</param>
/// <param name="Errors">The training samples in the wrong class in the end, or null for regression.</param>
/// <param name="DeadParameters">The parameters that went with it because they had no effect any more.</param>
/// <param name="Left">The parameters that count and are left, if it stands.</param>
/// <param name="IsUndone">Whether it was undone, because the network was beyond what is tolerated.</param>
public sealed record Deletion(
    string Parameter,
    int Index,
    double Saliency,
    double Before,
    double After,
    double? AfterRetraining,
    int? Errors,
    int DeadParameters,
    int Left,
    bool IsUndone)
{
    /// <summary>What the deletion did to the objective, before any retraining.</summary>
    public double ActualChange => After - Before;
}
