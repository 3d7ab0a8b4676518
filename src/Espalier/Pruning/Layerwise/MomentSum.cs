using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Sums [x;1] [y;1]^T over samples in double precision, batch by batch: the second moments of a layer's inputs, or of the inputs of two
/// networks against each other. One bit pattern whatever the number of threads.
/// </summary>
internal sealed class MomentSum
{
    /// <summary>Samples packed at a time: with 785 columns 400 KB, which stay in the second cache.</summary>
    private const int ChunkSamples = 64;

    /// <summary>What a tile does in a nanosecond (measured: about 15 on one core).</summary>
    private const int MultiplyAddsPerNanosecond = 16;

    private readonly ThreadTeam _team;
    private readonly int _left, _right, _stride;
    private readonly bool _isSymmetric;
    private readonly double[] _sums, _leftPanels, _rightPanels;

    /// <summary>Prepares sums of moments of x with itself.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="values">The length of x.</param>
    public MomentSum(ThreadTeam team, int values) : this(team, values, values, isSymmetric: true)
    {
    }

    /// <summary>Prepares sums of moments of x with y.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="left">The length of x.</param>
    /// <param name="right">The length of y.</param>
    public MomentSum(ThreadTeam team, int left, int right) : this(team, left, right, isSymmetric: false)
    {
    }

    private MomentSum(ThreadTeam team, int left, int right, bool isSymmetric)
    {
        (_team, _left, _right, _isSymmetric) = (team, left + 1, right + 1, isSymmetric);
        _stride = DoubleTile.Padded(_right);
        _sums = new double[checked(DoubleTile.Padded(_left) * _stride)];
        _leftPanels = new double[ChunkSamples * DoubleTile.Padded(_left)];
        _rightPanels = isSymmetric ? _leftPanels : new double[ChunkSamples * _stride];
    }

    /// <summary>The number of samples so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds <paramref name="count"/> samples of x with itself, samples x values.</summary>
    public void Add(float[] x, int count) => Add(x, x, count);

    /// <summary>Adds <paramref name="count"/> samples, samples x values each.</summary>
    public void Add(float[] x, float[] y, int count)
    {
        for (int start = 0; start < count; start += ChunkSamples)
        {
            int samples = Math.Min(ChunkSamples, count - start);
            Pack(x, start, samples, _left, _leftPanels);
            if (!_isSymmetric) Pack(y, start, samples, _right, _rightPanels);
            int panels = DoubleTile.Padded(_left) / DoubleTile.PanelWidth;
            _team.For(panels, (long)samples * _left * _right / MultiplyAddsPerNanosecond, (panel, _) => AddPanel(panel, samples));
        }

        Count += count;
    }

    /// <summary>The mean of [x;1] [y;1]^T, (length of x + 1) x (length of y + 1).</summary>
    public double[] Mean()
    {
        var mean = new double[_left * _right];
        for (int i = 0; i < _left; i++)
        {
            for (int j = 0; j < _right; j++)
            {
                double sum = _isSymmetric && j < i ? _sums[j * _stride + i] : _sums[i * _stride + j];
                mean[i * _right + j] = sum / Count;
            }
        }

        return mean;
    }

    private void Pack(float[] values, int start, int samples, int columns, double[] panels)
    {
        int length = columns - 1;
        _team.For(DoubleTile.Padded(columns) / DoubleTile.PanelWidth, (long)samples * columns, (panel, _) =>
        {
            int column = panel * DoubleTile.PanelWidth, there = Math.Min(DoubleTile.PanelWidth, length - column);
            for (int s = 0; s < samples; s++)
            {
                Span<double> target = panels.AsSpan((panel * samples + s) * DoubleTile.PanelWidth, DoubleTile.PanelWidth);
                ReadOnlySpan<float> source = values.AsSpan((start + s) * length + column, there);
                for (int i = 0; i < source.Length; i++) target[i] = source[i];
                target[there..].Clear();
                if (there < DoubleTile.PanelWidth) target[there] = 1;
            }
        });
    }

    // One panel of x against all of y; of a symmetric sum only what stands on the diagonal and to its right.
    private void AddPanel(int panel, int samples)
    {
        int panelSize = samples * DoubleTile.PanelWidth;
        for (int row = 0; row < DoubleTile.PanelWidth; row += DoubleTile.Rows)
        {
            for (int other = _isSymmetric ? panel : 0; other < _stride / DoubleTile.PanelWidth; other++)
            {
                DoubleTile.Accumulate(
                    in _leftPanels[panel * panelSize + row], in _rightPanels[other * panelSize], samples,
                    ref _sums[(panel * DoubleTile.PanelWidth + row) * _stride + other * DoubleTile.PanelWidth], _stride, subtract: false);
            }
        }
    }
}
