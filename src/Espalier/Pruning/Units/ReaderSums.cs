using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>The sums, before their activation, of the layers that read units of some layers.</summary>
internal sealed class ReaderSums
{
    private readonly SampleSweep _sweep;
    private readonly LayerPass?[] _readers;

    /// <summary>Allocates for batches of <paramref name="sweep"/>.</summary>
    /// <param name="sweep">The passes to look at.</param>
    /// <param name="layers">The units of their network.</param>
    /// <param name="asked">The layers of units that are asked for have entries.</param>
    public ReaderSums(SampleSweep sweep, UnitLayers layers, bool[][] asked)
    {
        _sweep = sweep;
        _readers = layers.ReaderPasses(sweep.Pass, asked, sweep.Network.Layers);
        for (int i = 0; i < _readers.Length; i++)
        {
            if (_readers[i] is not LayerPass pass) continue;
            pass.Output = new float[checked(sweep.Pass.Capacity * sweep.Network.Layers[i].OutputShape.Length)];
        }
    }

    /// <summary>Computes the sums of the batch under way, samples x outputs, by the layers' indices; null for others.</summary>
    public float[]?[] Compute(ComputeEngine engine, int count)
    {
        for (int i = 0; i < _readers.Length; i++)
        {
            if (_readers[i] is LayerPass pass) _sweep.Network.Layers[i].Forward(engine, pass, count);
        }

        return Array.ConvertAll(_readers, pass => pass?.Output);
    }
}
