using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>A channel of a batch normalisation that a unit passes through.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The channel.</param>
internal readonly record struct UnitChannel(TrainableBatchNormalization Layer, int Channel);
