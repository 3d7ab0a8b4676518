using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>An <c>EspalierNetwork</c> item: a model file and what the project says about it, as it is written there.</summary>
/// <param name="File">The model file.</param>
/// <param name="ClassName">The metadata <c>ClassName</c>, or an empty string.</param>
/// <param name="Namespace">The metadata <c>Namespace</c>, or an empty string.</param>
/// <param name="Visibility">The metadata <c>Visibility</c>, or an empty string.</param>
/// <param name="Kernel">The metadata <c>Kernel</c>, or an empty string.</param>
/// <param name="MaxTermsPerMethod">The metadata <c>MaxTermsPerMethod</c>, or an empty string.</param>
/// <param name="Plain">The metadata <c>Plain</c>, or an empty string.</param>
/// <param name="EspalierPlain">The property <c>EspalierPlain</c>, which stands for items that do not say, or an empty string.</param>
/// <param name="EspalierGenerate">The property <c>EspalierGenerate</c>, or an empty string.</param>
/// <param name="EspalierFrameworkHasVectors">
/// The property of this name: <c>false</c> for frameworks before .NET 8, or an empty string.
/// </param>
/// <param name="RootNamespace">The property <c>RootNamespace</c>, or an empty string.</param>
/// <param name="Language">The version of C# that the project is written in.</param>
internal sealed record NetworkItem(
    AdditionalText File,
    string ClassName,
    string Namespace,
    string Visibility,
    string Kernel,
    string MaxTermsPerMethod,
    string Plain,
    string EspalierPlain,
    string EspalierGenerate,
    string EspalierFrameworkHasVectors,
    string RootNamespace,
    LanguageVersion Language)
{
    /// <summary>The metadata that marks an additional file as an <c>EspalierNetwork</c>.</summary>
    public const string Marker = "EspalierNetwork";

    private const string MetadataPrefix = "build_metadata.AdditionalFiles.";
    private const string PropertyPrefix = "build_property.";

    /// <summary>The item behind <paramref name="file"/>, or null when it is none.</summary>
    public static NetworkItem? Find(AdditionalText file, AnalyzerConfigOptionsProvider provider, LanguageVersion language)
    {
        AnalyzerConfigOptions options = provider.GetOptions(file);
        if (Read(options, MetadataPrefix + Marker) != "true") return null;
        return new NetworkItem(
            file,
            Read(options, MetadataPrefix + nameof(ClassName)),
            Read(options, MetadataPrefix + nameof(Namespace)),
            Read(options, MetadataPrefix + nameof(Visibility)),
            Read(options, MetadataPrefix + nameof(Kernel)),
            Read(options, MetadataPrefix + nameof(MaxTermsPerMethod)),
            Read(options, MetadataPrefix + nameof(Plain)),
            Read(provider.GlobalOptions, PropertyPrefix + nameof(EspalierPlain)),
            Read(provider.GlobalOptions, PropertyPrefix + nameof(EspalierGenerate)),
            Read(provider.GlobalOptions, PropertyPrefix + nameof(EspalierFrameworkHasVectors)),
            Read(provider.GlobalOptions, PropertyPrefix + nameof(RootNamespace)),
            language);
    }

    private static string Read(AnalyzerConfigOptions options, string key) =>
        options.TryGetValue(key, out string? value) ? value.Trim() : "";
}
