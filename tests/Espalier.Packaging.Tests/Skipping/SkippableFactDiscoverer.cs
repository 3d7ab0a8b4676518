using Xunit.Abstractions;
using Xunit.Sdk;

namespace Espalier.Packaging.Tests.Skipping;

/// <summary>Finds the tests of <see cref="SkippableFactAttribute"/>.</summary>
public sealed class SkippableFactDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new SkippableTestCase(
            sink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}
