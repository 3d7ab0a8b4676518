namespace Espalier.Pruning.Sessions;

/// <summary>What a session's folder says about it, without the data.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Data">The name of the training part.</param>
/// <param name="MeasuredOn">The name of the set that evaluations are of.</param>
/// <param name="Recipe">How the session was set up: see <see cref="PruningSession.Recipe"/>.</param>
/// <param name="Rounds">All rounds in order, those too that were undone.</param>
public sealed record SessionSummary(
    string Network, string Data, string MeasuredOn, IReadOnlyList<string> Recipe, IReadOnlyList<PruningRound> Rounds)
{
    /// <summary>Reads the folder of a session.</summary>
    /// <exception cref="EspalierException">There is no session, or it is damaged.</exception>
    public static SessionSummary Of(string folder)
    {
        SessionRecord record = SessionFolder.Read(folder);
        return new SessionSummary(record.Network, record.Data, record.MeasuredOn, record.Recipe, record.Rounds);
    }
}
