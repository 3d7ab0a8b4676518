namespace Espalier.Data;

/// <summary>
/// The two parts of a data set. Nothing is ever chosen by looking at <see cref="Test"/>; carve validation samples out of <see
/// cref="Train"/>.
/// </summary>
public sealed record DataSplit(Dataset Train, Dataset Test);
