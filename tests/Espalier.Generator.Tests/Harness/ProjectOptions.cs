using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Espalier.Generator.Tests.Harness;

/// <summary>What a project file would say: properties, and metadata for each model file.</summary>
internal sealed class ProjectOptions(
    ImmutableDictionary<string, string> properties, ImmutableDictionary<string, ImmutableDictionary<string, string>> metadata)
    : AnalyzerConfigOptionsProvider
{
    public static ProjectOptions In(string rootNamespace, params (string Name, string Value)[] properties) => new(
        properties.Append(("RootNamespace", rootNamespace))
            .ToImmutableDictionary(property => "build_property." + property.Item1, property => property.Item2),
        ImmutableDictionary<string, ImmutableDictionary<string, string>>.Empty);

    public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(properties);

    /// <summary>The same with an <c>EspalierNetwork</c> item more; metadata that are not set are empty, as the SDK passes them.</summary>
    public ProjectOptions With(
        string path, string className = "", string @namespace = "", string visibility = "",
        string kernel = "", string maxTermsPerMethod = "", string plain = "") =>
        new(properties, metadata.SetItem(path, ImmutableDictionary<string, string>.Empty
            .Add("build_metadata.AdditionalFiles.EspalierNetwork", "true")
            .Add("build_metadata.AdditionalFiles.ClassName", className)
            .Add("build_metadata.AdditionalFiles.Namespace", @namespace)
            .Add("build_metadata.AdditionalFiles.Visibility", visibility)
            .Add("build_metadata.AdditionalFiles.Kernel", kernel)
            .Add("build_metadata.AdditionalFiles.MaxTermsPerMethod", maxTermsPerMethod)
            .Add("build_metadata.AdditionalFiles.Plain", plain)));

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values(ImmutableDictionary<string, string>.Empty);

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
        new Values(metadata.GetValueOrDefault(textFile.Path, ImmutableDictionary<string, string>.Empty));

    private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value) => values.TryGetValue(key, out value!);
    }
}
