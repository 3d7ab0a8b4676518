using Espalier.Training.Kernels;

namespace Espalier.Tests.Training.Kernels;

public sealed class ThreadTeamTests
{
    private const long Long = 1_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_item_of_every_loop_runs_exactly_once(int size)
    {
        using var team = new ThreadTeam(size);
        var counts = new int[100];
        for (int loop = 1; loop <= 2000; loop++)
        {
            int count = loop % counts.Length + 1;
            Array.Clear(counts);
            team.For(count, Long, (item, member) =>
            {
                Assert.InRange(member, 0, size - 1);
                Interlocked.Increment(ref counts[item]);
            });
            for (int i = 0; i < counts.Length; i++) Assert.Equal(i < count ? 1 : 0, counts[i]);
        }
    }

    [Fact]
    public void A_team_that_has_slept_wakes_up()
    {
        using var team = new ThreadTeam(3);
        for (int i = 0; i < 5; i++)
        {
            Thread.Sleep(20);
            int sum = 0;
            team.For(10, Long, (item, _) => Interlocked.Add(ref sum, item));
            Assert.Equal(45, sum);
        }
    }

    [Fact]
    public void A_failure_on_any_thread_reaches_the_caller_and_the_team_goes_on()
    {
        using var team = new ThreadTeam(3);
        var error = Assert.Throws<InvalidOperationException>(() => team.For(50, Long, (item, _) =>
        {
            if (item == 20) throw new FormatException("item 20");
        }));
        Assert.IsType<FormatException>(error.InnerException);
        int done = 0;
        team.For(50, Long, (_, _) => Interlocked.Increment(ref done));
        Assert.Equal(50, done);
    }
}
