namespace Espalier.Training;

/// <summary>What a pass is for: layers such as dropout and batch normalisation do something else in training.</summary>
/// <param name="seed">In training, decides all chance together with <see cref="Step"/>; null: the pass is no training.</param>
internal sealed class PassMode(ulong? seed)
{
    /// <summary>Whether the pass is a step of training, rather than a look at the network as it is.</summary>
    public bool IsTraining => seed is not null;

    /// <summary>Decides all chance in training, together with <see cref="Step"/> and the layer.</summary>
    public ulong Seed => seed ?? throw new InvalidOperationException("Only training takes chances.");

    /// <summary>The number of steps done.</summary>
    public long Step { get; set; }
}
