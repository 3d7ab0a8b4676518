using Espalier.Pruning;

namespace Espalier.Tests.Pruning;

public sealed class SparsityScheduleTests
{
    [Theory]
    [InlineData(SparsitySchedule.OneStep, 0.01, 100)]
    [InlineData(SparsitySchedule.OneStep, 0.5, 100)]
    [InlineData(SparsitySchedule.Linear, 0.25, 7525)] // 10000 - 9900 / 4
    [InlineData(SparsitySchedule.Linear, 0.5, 5050)]
    [InlineData(SparsitySchedule.Exponential, 0.25, 3162)] // 10000 * 100^(-1/4)
    [InlineData(SparsitySchedule.Exponential, 0.5, 1000)]
    [InlineData(SparsitySchedule.Exponential, 0.75, 316)]
    [InlineData(SparsitySchedule.Cubic, 0.25, 4277)] // 100 + 9900 * 27 / 64 = 4276.56
    [InlineData(SparsitySchedule.Cubic, 0.5, 1338)] // 100 + 9900 / 8 = 1337.5, away from zero
    [InlineData(SparsitySchedule.Cubic, 0.9, 110)]
    public void Points_on_the_curves_are_those_of_the_equations(SparsitySchedule schedule, double progress, int weights) =>
        Assert.Equal(weights, schedule.WeightsAt(progress, 10_000, 100));

    [Theory]
    [InlineData(266_200, 2335)]
    [InlineData(266_200, 1)]
    [InlineData(1_999_999_999, 3)]
    [InlineData(97, 97)]
    [InlineData(1, 1)]
    public void Curves_fall_from_the_exact_start_to_the_exact_end(int start, int end)
    {
        foreach (SparsitySchedule schedule in Enum.GetValues<SparsitySchedule>())
        {
            Assert.Equal(start, schedule.WeightsAt(0, start, end));
            Assert.Equal(end, schedule.WeightsAt(1, start, end));
            Assert.Equal(start, schedule.WeightsAt(-0.5, start, end));
            Assert.Equal(end, schedule.WeightsAt(1.5, start, end));
            int before = start;
            for (int i = 1; i <= 1000; i++)
            {
                int weights = schedule.WeightsAt(i / 1000.0, start, end);
                Assert.InRange(weights, end, before);
                before = weights;
            }
        }
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 11)]
    public void An_end_that_is_none_is_refused(int start, int end) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SparsitySchedule.Linear.WeightsAt(0.5, start, end));

    [Fact]
    public void An_unknown_schedule_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ((SparsitySchedule)17).WeightsAt(0.5, 10, 5));
}
