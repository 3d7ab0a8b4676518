using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>The samples of a network one behind the other, inputs without their zeros.</summary>
/// <param name="Ends">Where the inputs of each sample end.</param>
/// <param name="Indices">The inputs that are not zero.</param>
/// <param name="Values">Their values.</param>
/// <param name="Outputs">The outputs.</param>
internal sealed record SampleTables(
    IReadOnlyList<int> Ends, IReadOnlyList<int> Indices, IReadOnlyList<float> Values, IReadOnlyList<float> Outputs)
{
    /// <summary>The tables of <paramref name="network"/>.</summary>
    public static SampleTables Of(Network network)
    {
        List<int> ends = [], indices = [];
        List<float> values = [], outputs = [];
        foreach (Sample sample in network.Samples)
        {
            indices.AddRange(sample.RawInputIndices);
            values.AddRange(sample.InputValues.Raw);
            outputs.AddRange(sample.Outputs.Raw);
            ends.Add(indices.Count);
        }

        return new SampleTables(ends, indices, values, outputs);
    }
}
