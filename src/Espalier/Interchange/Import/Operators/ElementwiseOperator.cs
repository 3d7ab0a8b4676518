namespace Espalier.Interchange.Import.Operators;

/// <summary>An operator of each element by itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Function">The function of the inputs given, for a node's attributes.</param>
/// <param name="Build">Makes layers of it.</param>
internal sealed record ElementwiseOperator(string Name, Func<NodeCall, Func<double[], double>> Function, OnnxOperator Build)
{
    /// <summary>Whether it is no layer by itself, but may be part of an activation function that several nodes spell.</summary>
    public bool IsPartOnly => Build == ArithmeticOperators.Refuse;

    /// <summary>Whether it yields truth values.</summary>
    public bool IsTruth { get; init; }
}
