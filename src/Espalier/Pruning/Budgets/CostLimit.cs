using Espalier.Reporting;

namespace Espalier.Pruning.Budgets;

/// <summary>What a compiled model may cost.</summary>
/// <param name="Cost">What is counted.</param>
/// <param name="Most">The most of it.</param>
internal sealed record CostLimit(CompiledCost Cost, double Most);
