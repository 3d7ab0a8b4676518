namespace Espalier.Reporting;

/// <summary>How many samples of a class a set has.</summary>
/// <param name="Name">What the class is called.</param>
/// <param name="Train">In the training part.</param>
/// <param name="Test">In the test part.</param>
public sealed record ClassSummary(string Name, int Train, int Test);
