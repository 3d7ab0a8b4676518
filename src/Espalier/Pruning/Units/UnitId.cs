namespace Espalier.Pruning.Units;

/// <summary>One unit of a network.</summary>
/// <param name="Layer">0 for the network's inputs; i for the outputs of <see cref="Training.TrainableNetwork.Layers"/>[i - 1].</param>
/// <param name="Unit">Its index within the layer.</param>
public readonly record struct UnitId(int Layer, int Unit);
