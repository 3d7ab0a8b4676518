using System.Runtime.CompilerServices;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// Chooses the four blocks of the next packet of a group: one after the other, each the best beside those that stand, and then each once
/// more in exchange rounds.
/// </summary>
/// <remarks>
/// The number of packets is bounded from below by the visits that the blocks need, ceil(largest count of a lane / 2) each, and by the
/// longest row. So a choice is judged by how many of its blocks need one visit less afterwards, then by the inputs that are taken, those
/// of lanes without slack twice. Judged by the inputs alone, the patterns that <see cref="LaneOrder"/> makes take 10 to 20 % more packets.
/// </remarks>
internal sealed class PacketChooser(GroupWork work)
{
    private const int ExchangeRounds = 3;

    // Ranks of the parts of a score: at most 2 x 2 x 16 inputs can be taken from a block, and it can hold richness and noise below 64.
    private const int CoveredWorth = 64 * 24;
    private const int TakenWorth = 64;

    private readonly int[] _blocks = new int[PacketShape.Blocks];
    private readonly uint[] _roomsBesideTwo = new uint[PacketShape.Blocks];
    private uint _urgent;
    private uint _open;
    private uint _roomBesideAll;
    private int _others;
    private bool _othersFit;
    private uint _random;
    private uint _noise;

    /// <summary>The chosen block numbers, some of them equal when that serves as well; overwritten by the next choice.</summary>
    public int[] Blocks => _blocks;

    /// <summary>The place of the block from which lanes should take last, or -1 when no lane must leave anything behind.</summary>
    public int Spare { get; private set; }

    /// <summary>
    /// Starts a group. The first attempt breaks ties towards the blocks with most weights, the others by numbers that depend on the
    /// attempt.
    /// </summary>
    public void Start(int attempt) => (_random, _noise) = ((uint)attempt * 2654435761 + 1, attempt == 0 ? 0u : 31u);

    /// <summary>Chooses.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Choose()
    {
        uint lanes = work.UrgentLanes();
        _urgent = lanes | lanes << GroupWork.MaxLanes;
        for (int i = 0; i < _blocks.Length; i++) _blocks[i] = -1;
        bool changed = true;
        for (int round = 0; round <= ExchangeRounds && changed; round++)
        {
            changed = false;
            for (int i = 0; i < _blocks.Length; i++) changed |= Improve(i);
        }

        Arrange();
        Spare = FindSpare();
    }

    /// <summary>Puts the best block at <paramref name="index"/>; whether that is another one than stood there.</summary>
    [MethodImpl(HotCode.Optimized)]
    private bool Improve(int index)
    {
        int current = _blocks[index];
        _blocks[index] = -1;
        LookAround();
        int best = 0, bestScore = -1;
        int first = _blocks[0], second = _blocks[1], third = _blocks[2], fourth = _blocks[3];
        for (int block = 0; block < work.BlockCount; block++)
        {
            bool stands = block == first || block == second || block == third || block == fourth;
            int visit = stands ? UsesBefore(block, _blocks.Length) : 0;
            uint offer = work.Offer(block, visit);
            if (offer == 0) continue;
            int score = Score(offer, work.Need(block, visit));
            if (score > bestScore || (score == bestScore && block == current)) (best, bestScore) = (block, score);
        }

        _blocks[index] = best;
        return best != current;
    }

    /// <summary>Finds what the blocks that stand leave open, and how much room their needs leave to one more block.</summary>
    [MethodImpl(HotCode.Optimized)]
    private void LookAround()
    {
        LaneRoom offered = default, needed = default;
        _others = 0;
        for (int i = 0; i < _blocks.Length; i++)
        {
            _roomsBesideTwo[i] = 0;
            if (_blocks[i] < 0) continue;
            _others++;
            int visit = UsesBefore(_blocks[i], i);
            offered = offered.With(work.Offer(_blocks[i], visit));
            needed = needed.With(work.Need(_blocks[i], visit));
            LaneRoom without = NeededWithout(i);
            if (!without.Overflows) _roomsBesideTwo[i] = without.Open;
        }

        _open = offered.Open;
        _othersFit = !needed.Overflows;
        _roomBesideAll = _othersFit ? needed.Open : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Score(uint offer, uint need)
    {
        uint taken = offer & _open;
        int score = CoveredWorth * Covered(need) + TakenWorth * LaneRoom.BitCount(taken | (ulong)(taken & _urgent) << 32);
        return score + (_noise == 0 ? LaneRoom.BitCount(offer) : Noise());
    }

    /// <summary>How many blocks get all that they need when one with <paramref name="need"/> joins those that stand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Covered(uint need)
    {
        if (need != 0 && (need & ~_roomBesideAll) == 0) return _others + 1;
        if (_othersFit) return _others;
        if (need == 0) return 0;
        foreach (uint room in _roomsBesideTwo)
        {
            if ((need & ~room) == 0) return _others;
        }

        return 0;
    }

    private int Noise()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return (int)(_random & _noise);
    }

    /// <summary>How many of the first <paramref name="count"/> places hold the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int UsesBefore(int block, int count)
    {
        int uses = 0;
        for (int i = 0; i < count; i++)
        {
            if (_blocks[i] == block) uses++;
        }

        return uses;
    }

    /// <summary>What the chosen blocks need, one of them left out.</summary>
    [MethodImpl(HotCode.Optimized)]
    private LaneRoom NeededWithout(int spare)
    {
        LaneRoom needed = default;
        for (int i = 0; i < _blocks.Length; i++)
        {
            if (i != spare && _blocks[i] >= 0) needed = needed.With(work.Need(_blocks[i], UsesBefore(_blocks[i], i)));
        }

        return needed;
    }

    /// <summary>
    /// Of the blocks without which the needs of the others fit, the one that needs most; -1 when all fit, or nothing does.
    /// </summary>
    [MethodImpl(HotCode.Optimized)]
    private int FindSpare()
    {
        if (!NeededWithout(-1).Overflows) return -1;
        int best = -1, most = -1;
        for (int spare = 0; spare < _blocks.Length; spare++)
        {
            int need = LaneRoom.BitCount(work.Need(_blocks[spare], UsesBefore(_blocks[spare], spare)));
            if (need > most && !NeededWithout(spare).Overflows) (best, most) = (spare, need);
        }

        return best;
    }

    /// <summary>
    /// Puts the blocks in the order that leaves fewest weights over: two blocks of which many lanes take two inputs each should not
    /// share a pair. Only which block stands opposite to the first (at 3) matters.
    /// </summary>
    [MethodImpl(HotCode.Optimized)]
    private void Arrange()
    {
        int best = 3, fewest = int.MaxValue;
        for (int opposite = 3; opposite >= 1; opposite--)
        {
            (_blocks[3], _blocks[opposite]) = (_blocks[opposite], _blocks[3]);
            int left = LeftOver();
            if (left < fewest) (best, fewest) = (opposite, left);
            (_blocks[3], _blocks[opposite]) = (_blocks[opposite], _blocks[3]);
        }

        (_blocks[3], _blocks[best]) = (_blocks[best], _blocks[3]);
    }

    /// <summary>How many lanes have two inputs in each block of one pair and none in the other two blocks.</summary>
    [MethodImpl(HotCode.Optimized)]
    private int LeftOver()
    {
        int left = 0;
        for (int step = 0; step < PacketShape.Steps; step++)
        {
            int first = PacketShape.First(step), second = PacketShape.Second(step);
            uint others = 0;
            for (int i = 0; i < _blocks.Length; i++)
            {
                if (i != first && i != second) others |= Offer(i);
            }

            left += LaneRoom.BitCount((Offer(first) & Offer(second)) >> GroupWork.MaxLanes & ~others);
        }

        return left;
    }

    private uint Offer(int index) => work.Offer(_blocks[index], PacketShape.Visit(_blocks, index));
}
