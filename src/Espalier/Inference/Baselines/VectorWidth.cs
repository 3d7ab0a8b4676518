namespace Espalier.Inference.Baselines;

/// <summary>The register widths of the packed dense kernels.</summary>
public enum VectorWidth
{
    /// <summary>No vector registers: one float at a time.</summary>
    Scalar,

    /// <summary>4 floats: SSE, NEON.</summary>
    Vector128,

    /// <summary>8 floats: AVX2.</summary>
    Vector256,

    /// <summary>16 floats: AVX-512.</summary>
    Vector512,
}
