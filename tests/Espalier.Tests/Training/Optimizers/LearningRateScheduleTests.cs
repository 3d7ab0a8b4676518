using Espalier.Training.Optimizers;

namespace Espalier.Tests.Training.Optimizers;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Each_kind_follows_its_closed_form()
    {
        Assert.Equal(0.3, LearningRateSchedule.Constant(0.3).At(7.2, 10), 12);
        Assert.Equal(0.1, LearningRateSchedule.Step(0.1, 0.5, 3).At(2.99, 10), 12);
        Assert.Equal(0.0125, LearningRateSchedule.Step(0.1, 0.5, 3).At(9, 10), 12);
        Assert.Equal(0.1 * Math.Exp(Math.Log(0.5) * 1.5), LearningRateSchedule.Exponential(0.1, 0.5, 2).At(3, 10), 12);
        Assert.Equal(0.1, LearningRateSchedule.Cosine(0.1, 0.02).At(0, 10), 12);
        Assert.Equal(0.06, LearningRateSchedule.Cosine(0.1, 0.02).At(5, 10), 12);
        Assert.Equal(0.02, LearningRateSchedule.Cosine(0.1, 0.02).At(10, 10), 12);
        Assert.Equal(0.08, LearningRateSchedule.Linear(0.1, 0.02).At(2.5, 10), 12);
    }

    [Fact]
    public void Warm_up_rises_in_a_line_and_then_leaves_the_schedule_alone()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Constant(0.4) with { WarmupEpochs = 2 };
        Assert.Equal(0.1, schedule.At(0.5, 10), 12);
        Assert.Equal(0.4, schedule.At(2, 10), 12);
        Assert.Equal(0.4, schedule.At(9, 10), 12);
    }

    [Fact]
    public void Constants_out_of_range_are_named()
    {
        AssertNames("Initial", LearningRateSchedule.Constant(0));
        AssertNames("Final", LearningRateSchedule.Linear(0.1, -1));
        AssertNames("Factor", LearningRateSchedule.Step(0.1, 2, 1));
        AssertNames("Every", LearningRateSchedule.Exponential(0.1, 0.5, 0));
        AssertNames("WarmupEpochs", LearningRateSchedule.Constant(0.1) with { WarmupEpochs = -1 });

        static void AssertNames(string name, LearningRateSchedule schedule) =>
            Assert.Contains(name, Assert.Throws<EspalierException>(schedule.Validate).Message, StringComparison.Ordinal);
    }
}
