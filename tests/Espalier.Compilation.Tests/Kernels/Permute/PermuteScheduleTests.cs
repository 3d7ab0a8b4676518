using Espalier.Compilation.Kernels.Permute;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Kernels.Permute;

public sealed class PermuteScheduleTests
{
    private static readonly int[][] s_pairs = [[0, 1], [2, 3], [0, 2], [1, 3]];

    public static TheoryData<int, int, double, int> Shapes => new()
    {
        { 300, 784, 0.05, 16 }, { 300, 784, 0.2, 8 }, { 64, 64, 0.5, 16 }, { 33, 17, 1, 16 }, { 1, 1, 1, 16 }, { 7, 100, 0.02, 8 },
        { 40, 5, 0.9, 8 }, { 17, 40, 0, 16 }, { 5, 300, 0.7, 4 }, { 3, 9, 0.5, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_weight_stands_in_one_slot_of_its_row_that_reads_its_input(int rows, int columns, double density, int lanes)
    {
        SparseMatrix weights = Patterns.Random(rows, columns, density, seed: 1);
        var schedule = PermuteSchedule.Build(weights, lanes);
        var seen = new bool[weights.Count];
        foreach ((int group, int packet, int step, int lane) in SlotsOf(schedule))
        {
            int slot = schedule.Slot(packet, step, lane);
            if (slot < 0) continue;
            int row = group * lanes + lane;
            Assert.InRange(slot, weights.RowStart(row), weights.RowStart(row + 1) - 1);
            Assert.Equal(weights.ColumnIndex(slot), InputOf(schedule, packet, step, lane));
            Assert.False(seen[slot]);
            seen[slot] = true;
        }

        Assert.DoesNotContain(false, seen);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void An_empty_slot_reads_an_input_of_its_row_wherever_the_pair_has_one(int rows, int columns, double density, int lanes)
    {
        SparseMatrix weights = Patterns.Random(rows, columns, density, seed: 2);
        var schedule = PermuteSchedule.Build(weights, lanes);
        foreach ((int group, int packet, int step, int lane) in SlotsOf(schedule))
        {
            if (schedule.Slot(packet, step, lane) >= 0) continue;
            HashSet<int> used = UsedBy(weights, group * lanes + lane);
            bool offered = s_pairs[step].Any(i => used.Any(input => input / lanes == schedule.Block(packet, i)));
            if (offered) Assert.Contains(InputOf(schedule, packet, step, lane), used);
            else Assert.Equal(0, schedule.Source(packet, step, lane));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Groups_follow_one_another_and_none_is_without_packet(int rows, int columns, double density, int lanes)
    {
        SparseMatrix weights = Patterns.Random(rows, columns, density, seed: 3);
        var schedule = PermuteSchedule.Build(weights, lanes);

        Assert.Equal((lanes, (rows + lanes - 1) / lanes), (schedule.Lanes, schedule.GroupCount));
        Assert.Equal((0, schedule.PacketCount), (schedule.GroupStart(0), schedule.GroupStart(schedule.GroupCount)));
        for (int group = 0; group < schedule.GroupCount; group++)
        {
            Assert.True(schedule.GroupStart(group) < schedule.GroupStart(group + 1));
        }

        for (int packet = 0; packet < schedule.PacketCount; packet++)
        {
            for (int i = 0; i < 4; i++) Assert.InRange(schedule.Block(packet, i), 0, (columns - 1) / lanes);
        }

        Assert.Equal(weights.Count / (4.0 * lanes * schedule.PacketCount), schedule.Fill, 12);
    }

    [Fact]
    public void The_same_matrix_gives_the_same_schedule()
    {
        SparseMatrix weights = Patterns.Random(50, 200, 0.1, seed: 4);
        Assert.Equal(Dump(PermuteSchedule.Build(weights, 16)), Dump(PermuteSchedule.Build(weights, 16)));
    }

    [Fact]
    public void A_full_matrix_leaves_no_slot_empty() =>
        Assert.Equal(1, PermuteSchedule.Build(Patterns.Random(32, 64, 1, seed: 5), 16).Fill);

    [Fact]
    public void Two_blocks_serve_four_inputs_of_a_lane()
    {
        SparseMatrix weights = Patterns.Random(16, 32, 1, seed: 6);
        Assert.Equal(32 / 4, PermuteSchedule.Build(weights, 16).PacketCount);
    }

    [Theory]
    [InlineData(0.2, 0.79)]
    [InlineData(0.1, 0.65)]
    [InlineData(0.05, 0.48)]
    [InlineData(0.02, 0.295)]
    public void Random_patterns_reach_the_known_fill(double density, double fill) =>
        Assert.True(PermuteSchedule.Build(Patterns.Random(304, 784, density, seed: 7), 16).Fill >= fill);

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Lanes_out_of_range_are_refused(int lanes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PermuteSchedule.Build(Patterns.Random(2, 2, 1, seed: 8), lanes));

    private static IEnumerable<(int Group, int Packet, int Step, int Lane)> SlotsOf(PermuteSchedule schedule) =>
        from @group in Enumerable.Range(0, schedule.GroupCount)
        from packet in Enumerable.Range(schedule.GroupStart(@group), schedule.GroupStart(@group + 1) - schedule.GroupStart(@group))
        from step in Enumerable.Range(0, 4)
        from lane in Enumerable.Range(0, schedule.Lanes)
        select (@group, packet, step, lane);

    private static int InputOf(PermuteSchedule schedule, int packet, int step, int lane)
    {
        int source = schedule.Source(packet, step, lane), side = source / schedule.Lanes;
        return schedule.Block(packet, s_pairs[step][side]) * schedule.Lanes + source % schedule.Lanes;
    }

    private static HashSet<int> UsedBy(SparseMatrix weights, int row) => row >= weights.Rows
        ? []
        : [.. Enumerable.Range(weights.RowStart(row), weights.RowCount(row)).Select(weights.ColumnIndex)];

    private static int[] Dump(PermuteSchedule schedule) =>
    [
        .. SlotsOf(schedule).SelectMany(at => new[]
        {
            schedule.Block(at.Packet, at.Step), schedule.Slot(at.Packet, at.Step, at.Lane), schedule.Source(at.Packet, at.Step, at.Lane),
        }),
    ];
}
