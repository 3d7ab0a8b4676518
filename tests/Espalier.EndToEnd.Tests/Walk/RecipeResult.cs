using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.EndToEnd.Tests.Walk;

/// <summary>What a recipe yields.</summary>
/// <param name="Network">The pruned network.</param>
/// <param name="DenseWeightCount">The number of weights before pruning.</param>
/// <param name="Dense">How the network did on the test part before pruning.</param>
/// <param name="Pruned">How it does after pruning.</param>
internal sealed record RecipeResult(Network Network, int DenseWeightCount, Evaluation Dense, Evaluation Pruned);
