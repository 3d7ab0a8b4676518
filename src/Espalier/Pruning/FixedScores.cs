namespace Espalier.Pruning;

/// <summary>
/// Scores that another criterion gave, for trying several budgets on one network: what takes a pass over the data is done once.
/// </summary>
internal sealed class FixedScores(ScoreCriterion criterion, float[][] scores) : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => criterion.Name;

    /// <inheritdoc/>
    public override bool PredictsLoss => criterion.PredictsLoss;

    /// <inheritdoc/>
    public override bool AddsUpInSquares => criterion.AddsUpInSquares;

    /// <summary>A criterion that removes the same weights as <paramref name="criterion"/>, as long as the network stays as it is.</summary>
    public static PruningCriterion For(PruningCriterion criterion, PruningContext context, CancellationToken cancellation) =>
        criterion is ScoreCriterion scoring ? new FixedScores(scoring, scoring.Score(context, cancellation)) : criterion;

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default) => scores;
}
