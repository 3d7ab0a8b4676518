using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>All that a unit is made of, and all that reads it. A unit goes as a whole.</summary>
internal sealed class UnitParts
{
    private readonly List<UnitFace> _places = [], _faces = [];
    private readonly List<UnitRead> _reads = [];
    private readonly List<UnitRow> _rows = [];
    private readonly List<UnitChannel> _channels = [];

    /// <summary>Every place that holds the unit's output or what became of it, in the order of the layers.</summary>
    public IReadOnlyList<UnitFace> Places => _places;

    /// <summary>Those of its places that weights read.</summary>
    public IReadOnlyList<UnitFace> Faces => _faces;

    /// <summary>The weighted layers that read it.</summary>
    public IReadOnlyList<UnitRead> Reads => _reads;

    /// <summary>
    /// The rows of weights that compute it: one for a dense layer's unit and a plain filter; several where an addition or a depthwise
    /// convolution couples filters; none for an input.
    /// </summary>
    public IReadOnlyList<UnitRow> Rows => _rows;

    /// <summary>The channels of batch normalisations that it passes through.</summary>
    public IReadOnlyList<UnitChannel> Channels => _channels;

    /// <summary>
    /// Whether <paramref name="other"/> lies at the same places and is made of and read by the same layers, so that one can stand in for
    /// the other.
    /// </summary>
    public bool IsCongruent(UnitParts other) =>
        _places.Select(Place).SequenceEqual(other._places.Select(Place))
        && _reads.Select(Reading).SequenceEqual(other._reads.Select(Reading))
        && _rows.Select(row => row.Layer).SequenceEqual(other._rows.Select(row => row.Layer))
        && _channels.Select(channel => channel.Layer).SequenceEqual(other._channels.Select(channel => channel.Layer));

    /// <summary>Adds a place.</summary>
    public void Add(UnitFace place) => _places.Add(place);

    /// <summary>Adds a reader.</summary>
    public void AddRead(int index, TrainableWeightedLayer reader, UnitFace face, int firstColumn, int columns)
    {
        int place = _faces.IndexOf(face);
        if (place < 0)
        {
            place = _faces.Count;
            _faces.Add(face);
        }

        _reads.Add(new UnitRead(index, reader, face, place, firstColumn, columns));
    }

    /// <summary>Adds a row.</summary>
    public void Add(UnitRow row) => _rows.Add(row);

    /// <summary>Adds a channel.</summary>
    public void Add(UnitChannel channel) => _channels.Add(channel);

    private static (int Value, int Length) Place(UnitFace face) => (face.Value, face.Length);

    private static (int Index, int Face, int Columns) Reading(UnitRead read) => (read.Index, read.FaceIndex, read.Columns);
}
