using System.Collections.Generic;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>The place at which a kernel is emitted.</summary>
/// <param name="Method">The name of the stage's method; names of further members begin with it.</param>
/// <param name="Stage">The stage, its units and inputs in the order of the plan.</param>
/// <param name="Width">The register width.</param>
/// <param name="Parts">The methods that the stage is divided into.</param>
internal sealed record KernelSite(string Method, Stage Stage, VectorWidth Width, IReadOnlyList<MethodPart> Parts)
{
    /// <summary>The layer of a stage that is a dense layer.</summary>
    public DenseLayer Dense => (DenseLayer)Stage.Layer;
}
