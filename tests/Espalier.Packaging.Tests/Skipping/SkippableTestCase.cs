using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Espalier.Packaging.Tests.Skipping;

/// <summary>A test whose <see cref="SkipException"/> is reported as a skip.</summary>
public sealed class SkippableTestCase : XunitTestCase
{
    /// <summary>For the framework, which reads the rest from another process.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For the framework alone.")]
    public SkippableTestCase()
    {
    }

    /// <inheritdoc cref="XunitTestCase(IMessageSink, TestMethodDisplay, TestMethodDisplayOptions, ITestMethod, object[])"/>
    public SkippableTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    /// <inheritdoc/>
    public override async Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments, ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource)
    {
        using var bus = new SkippingBus(messageBus);
        RunSummary summary = await base.RunAsync(diagnosticMessageSink, bus, constructorArguments, aggregator, cancellationTokenSource);
        summary.Failed -= bus.Skipped;
        summary.Skipped += bus.Skipped;
        return summary;
    }

    /// <summary>Passes messages on, a failure by <see cref="SkipException"/> as a skip.</summary>
    private sealed class SkippingBus(IMessageBus inner) : IMessageBus
    {
        public int Skipped { get; private set; }

        public bool QueueMessage(IMessageSinkMessage message)
        {
            if (message is not ITestFailed failed || failed.ExceptionTypes.FirstOrDefault() != typeof(SkipException).FullName)
            {
                return inner.QueueMessage(message);
            }

            Skipped++;
            return inner.QueueMessage(new TestSkipped(failed.Test, failed.Messages[0]));
        }

        public void Dispose()
        {
            // The inner bus belongs to who made it.
        }
    }
}
