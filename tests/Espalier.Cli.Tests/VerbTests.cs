using System.CommandLine;

namespace Espalier.Cli.Tests;

public sealed class VerbTests
{
    [Fact]
    public void Work_that_cannot_be_cancelled_is_left_when_the_user_interrupts()
    {
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        using var never = new ManualResetEventSlim();

        Assert.ThrowsAny<OperationCanceledException>(() => StubbornVerb.Run(() => never.Wait(TimeSpan.FromSeconds(20)), interrupt.Token));
        Assert.Equal(3, StubbornVerb.Run(() => 3, CancellationToken.None));
    }

    private sealed class StubbornVerb() : Verb("stubborn", "Never ends.", new Terminal(TextWriter.Null, TextWriter.Null, false, false))
    {
        public static T Run<T>(Func<T> work, CancellationToken cancel) => RunOrLeave(work, cancel);

        protected override int Run(ParseResult arguments, CancellationToken cancel) => ExitCode.Success;
    }
}
