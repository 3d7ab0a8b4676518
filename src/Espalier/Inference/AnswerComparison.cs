namespace Espalier.Inference;

/// <summary>How often generated code and interpreter give a sample the same class.</summary>
/// <param name="Same">The samples that both put into the same class.</param>
/// <param name="CloseCalls">Those that they do not, where the outputs are so close that rounding alone may decide.</param>
/// <param name="Count">All samples.</param>
public sealed record AnswerComparison(int Same, int CloseCalls, int Count)
{
    /// <summary>Whether every difference is a close call.</summary>
    public bool Passed => Same + CloseCalls == Count;
}
