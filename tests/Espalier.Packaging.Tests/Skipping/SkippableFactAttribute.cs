using Xunit.Sdk;

namespace Espalier.Packaging.Tests.Skipping;

/// <summary>A fact that finds out only while it runs whether it can: it then throws <see cref="SkipException"/>.</summary>
[XunitTestCaseDiscoverer("Espalier.Packaging.Tests.Skipping.SkippableFactDiscoverer", "Espalier.Packaging.Tests")]
public sealed class SkippableFactAttribute : FactAttribute;
