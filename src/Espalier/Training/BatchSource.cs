using Espalier.Data;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>The training samples in the random order of an epoch, copied batch by batch.</summary>
internal sealed class BatchSource
{
    /// <summary>What copying a float from a random row of a large array takes (measured).</summary>
    private const double CopyNanoseconds = 0.15;

    private readonly Dataset _data;
    private readonly float[] _allTargets;
    private readonly int[] _order;
    private readonly int _outputs;
    private readonly Action<int, int> _copySample;
    private float[] _inputs = [];
    private int _start;

    public BatchSource(Dataset data, float[] targets, int outputs, int batchSize)
    {
        (_data, _allTargets, _outputs) = (data, targets, outputs);
        _order = new int[data.Count];
        BatchSize = batchSize == 0 ? data.Count : Math.Min(batchSize, data.Count);
        Targets = new float[checked(BatchSize * outputs)];
        _copySample = (i, _) => CopySample(i);
    }

    /// <summary>The samples of a batch; the last of an epoch may have fewer.</summary>
    public int BatchSize { get; }

    /// <summary>The batches of an epoch.</summary>
    public int BatchesPerEpoch => (_data.Count + BatchSize - 1) / BatchSize;

    /// <summary>The targets of the batch gathered last, samples x outputs.</summary>
    public float[] Targets { get; }

    /// <summary>Draws a new order. It depends on the state of <paramref name="random"/> alone, not on the order before.</summary>
    public void Shuffle(SeededRandom random)
    {
        for (int i = 0; i < _order.Length; i++) _order[i] = i;
        random.Shuffle(_order.AsSpan());
    }

    /// <summary>Copies batch <paramref name="batch"/> of the epoch to <paramref name="inputs"/> and <see cref="Targets"/>.</summary>
    /// <returns>Its number of samples.</returns>
    public int Gather(ComputeEngine engine, int batch, float[] inputs)
    {
        (_inputs, _start) = (inputs, batch * BatchSize);
        int count = Math.Min(BatchSize, _data.Count - _start);
        engine.Team.For(count, (long)(CopyNanoseconds * count * _data.InputShape.Length), _copySample);
        return count;
    }

    /// <summary>The class of sample <paramref name="i"/> of the batch gathered last.</summary>
    public int Label(int i) => _data.Labels![_order[_start + i]];

    private void CopySample(int i)
    {
        int index = _order[_start + i];
        ReadOnlySpan<float> input = _data.Input(index);
        input.CopyTo(_inputs.AsSpan(i * input.Length));
        _allTargets.AsSpan(index * _outputs, _outputs).CopyTo(Targets.AsSpan(i * _outputs));
    }
}
