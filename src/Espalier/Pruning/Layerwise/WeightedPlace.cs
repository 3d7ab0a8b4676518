using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>A layer with weights, and its place among all layers of its network.</summary>
/// <param name="Index">The place, from 0.</param>
/// <param name="Layer">The layer.</param>
internal readonly record struct WeightedPlace(int Index, TrainableWeightedLayer Layer);
