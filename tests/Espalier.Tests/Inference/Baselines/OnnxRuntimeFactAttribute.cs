using Espalier.Inference.Baselines.OnnxRuntime;

namespace Espalier.Tests.Inference.Baselines;

/// <summary>A test that needs ONNX Runtime, and is skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxRuntimeFactAttribute : FactAttribute
{
    public OnnxRuntimeFactAttribute()
    {
        try
        {
            OnnxRuntimeLibrary.Load();
        }
        catch (OnnxRuntimeException reason)
        {
            Skip = reason.Message;
        }
    }
}
