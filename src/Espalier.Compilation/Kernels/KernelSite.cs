using System.Collections.Generic;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>The place at which a kernel is emitted.</summary>
/// <param name="Method">The name of the layer's method; names of further members begin with it.</param>
/// <param name="Layer">The layer, its units and inputs in the order of the plan.</param>
/// <param name="Width">The register width.</param>
/// <param name="Parts">The methods that the layer is divided into.</param>
internal sealed record KernelSite(string Method, DenseLayer Layer, VectorWidth Width, IReadOnlyList<MethodPart> Parts);
