namespace Espalier.Inference.Baselines;

/// <summary>A contender that is yet to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes it; throws <see cref="EspalierException"/> or <see cref="NotSupportedException"/> when this machine
/// or network cannot have it.</param>
public sealed record ContenderCandidate(string Name, Func<IContender> Create);
