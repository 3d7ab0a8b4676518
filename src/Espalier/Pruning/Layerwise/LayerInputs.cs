using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// What the weights of a layer meet, as rows of one value for each column of the weights: for a dense layer the samples themselves, for a
/// convolution the patches under its filters at each position (im2col; Dong, Chen and Pan 2017), for each group of filters by itself.
/// </summary>
internal sealed class LayerInputs
{
    /// <summary>
    /// The most rows that moments are taken of: of a convolution with more of them, each image gives only every n-th position, shifted from
    /// image to image. Neighbouring patches resemble each other, and a million rows are 2,000 for each column of LeNet-5's second layer.
    /// </summary>
    public const int MostRows = 1_000_000;

    /// <summary>Patches are gathered in pieces of about this many values, which stay in the second cache.</summary>
    private const int ChunkValues = 1 << 17;

    private readonly TrainableConvolution? _convolution;
    private readonly float[] _rows;
    private readonly int _length, _chunkSamples, _step;

    /// <summary>Prepares to read.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="samples">The number of samples of the whole set.</param>
    /// <param name="mostRows">The most rows that all of them may give, if each gives at least one.</param>
    public LayerInputs(TrainableWeightedLayer layer, int samples, long mostRows = MostRows)
    {
        _convolution = layer as TrainableConvolution;
        (_length, Columns, Groups, Positions) = (layer.InputShape.Length, layer.Weights.Columns, GroupsOf(layer), 1);
        (_chunkSamples, _step, _rows) = (int.MaxValue, 1, []);
        if (_convolution is null) return;
        Positions = _convolution.Positions;
        _step = (int)Math.Clamp(((long)samples * Positions + mostRows - 1) / mostRows, 1, Positions);
        _chunkSamples = Math.Max(1, ChunkValues / (Positions * Columns));
        _rows = new float[_chunkSamples * Positions * Columns];
    }

    /// <summary>The number of values of a row.</summary>
    public int Columns { get; }

    /// <summary>The number of groups of units that read different values.</summary>
    public int Groups { get; }

    /// <summary>The number of places at which a unit's weights are applied to a sample.</summary>
    public int Positions { get; }

    /// <summary>The number of groups of a layer's units that read different values: 1 but for convolutions.</summary>
    public static int GroupsOf(TrainableWeightedLayer layer) => layer is TrainableConvolution convolution ? convolution.Groups : 1;

    /// <summary>The number of pieces that <paramref name="count"/> samples are read in.</summary>
    public int PiecesOf(int count) => (int)((count + (long)_chunkSamples - 1) / _chunkSamples);

    /// <summary>Reads one piece of a batch.</summary>
    /// <param name="values">What the layer reads, samples x values.</param>
    /// <param name="start">The place of the batch's first sample in its set.</param>
    /// <param name="count">The samples of the batch.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="group">The group of units.</param>
    /// <returns>A buffer that the rows stand at the beginning of, valid until the next call, and their number.</returns>
    public (float[] Values, int Count) Read(float[] values, int start, int count, int piece, int group)
    {
        if (_convolution is null) return (values, count);
        int first = piece * _chunkSamples, samples = Math.Min(_chunkSamples, count - first);
        _convolution.Unfold(values.AsSpan(first * _length, samples * _length), samples, group, _rows);
        if (_step == 1) return (_rows, samples * Positions);
        int taken = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            for (int position = (start + first + sample) % _step; position < Positions; position += _step, taken++)
            {
                _rows.AsSpan((sample * Positions + position) * Columns, Columns).CopyTo(_rows.AsSpan(taken * Columns));
            }
        }

        return (_rows, taken);
    }
}
