using System;

namespace Espalier.Compilation.Lowering;

/// <summary>One step of the lowering: a name and a pure function.</summary>
/// <param name="Name">A verb phrase, shown in notes and errors.</param>
/// <param name="Apply">Takes a lowered network that the verifier accepts and gives back another one.</param>
public sealed record LoweringPass(string Name, Func<LoweredNetwork, LoweredNetwork> Apply);
