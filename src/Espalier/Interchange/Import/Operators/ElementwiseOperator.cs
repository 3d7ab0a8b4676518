namespace Espalier.Interchange.Import.Operators;

/// <summary>An operator of each element by itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Function">The function of the inputs given, for a node's attributes.</param>
/// <param name="Build">Makes layers of it.</param>
internal sealed record ElementwiseOperator(string Name, Func<NodeCall, Func<double[], double>> Function, OnnxOperator Build)
{
    /// <summary>
    /// Whether it may be the first of several nodes that spell one activation function: always when it is no layer by itself.
    /// </summary>
    public bool IsFirstOfSeveral { get; init; } = Build == ArithmeticOperators.Refuse;

    /// <summary>Whether it yields truth values.</summary>
    public bool IsTruth { get; init; }
}
