namespace Espalier.Interchange.Import;

/// <summary>Runs an operator, and puts the node's name before whatever is wrong with it.</summary>
internal static class NodeRunner
{
    /// <summary>The values of the node's outputs.</summary>
    /// <exception cref="NodeException">The node cannot be imported.</exception>
    public static GraphValue[] Run(NodeCall call, OnnxOperator build)
    {
        try
        {
            return build(call);
        }
        catch (EspalierException error) when (error is not NodeException)
        {
            throw new NodeException($"{call.Label}: {error.Message}", error);
        }
        catch (Exception error) when (
            error is ArgumentException or IndexOutOfRangeException or ArithmeticException or InvalidOperationException)
        {
            // Operators check what a working model can get wrong; a damaged file may hold anything.
            throw new NodeException(
                $"{call.Label}: its inputs and attributes do not fit together; the model is damaged ({error.GetType().Name}).", error);
        }
    }
}
