namespace Espalier.Inference.Baselines.OnnxRuntime;

/// <summary>ONNX Runtime is missing, too old, or refused something; the message carries its own words.</summary>
public sealed class OnnxRuntimeException : EspalierException
{
    /// <summary>Makes an exception whose message is fit for the user's eyes.</summary>
    public OnnxRuntimeException(string message) : base(message)
    {
    }
}
