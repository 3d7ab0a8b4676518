using System.Text;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;
using Espalier.Generator.Diagnostics;
using Espalier.Generator.Pipeline;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Generator;

/// <summary>
/// Turns every <c>EspalierNetwork</c> item of a project into a static class that predicts. Its input is the model's text and the
/// item's metadata, never the compilation: editing C# costs nothing here.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<LanguageVersion> language = context.ParseOptionsProvider
            .Select(static (options, _) => ((CSharpParseOptions)options).LanguageVersion);

        IncrementalValuesProvider<Outcome<ParsedNetwork>> parsed = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Combine(language)
            .Select(static (item, _) => NetworkItem.Find(item.Left.Left, item.Left.Right, item.Right))
            .Where(static item => item is not null)
            .Select(static (item, cancellation) => ParseStep.Run(item!, cancellation))
            .WithTrackingName(TrackingNames.Parse);

        IncrementalValueProvider<EquatableArray<ClassClash>> clashes = parsed
            .Select(static (outcome, _) => ClassClash.KeyOf(outcome))
            .Collect()
            .Select(static (keys, _) => ClassClash.FindAll(keys))
            .WithTrackingName(TrackingNames.Clashes);

        IncrementalValuesProvider<Outcome<EmittedNetwork>> emitted = parsed
            .Combine(clashes)
            .Select(static (pair, _) => ClassClash.Check(pair.Left, pair.Right))
            .Select(static (outcome, cancellation) => outcome.Then(LowerStep.Run, cancellation))
            .WithTrackingName(TrackingNames.Lower)
            .Select(static (outcome, cancellation) => outcome.Then(EmitStep.Run, cancellation))
            .WithTrackingName(TrackingNames.Emit);

        IncrementalValuesProvider<DiagnosticInfo> faults = emitted
            .Where(static outcome => outcome.Fault is not null)
            .Select(static (outcome, _) => outcome.Fault!)
            .WithTrackingName(TrackingNames.Diagnostics);
        IncrementalValuesProvider<EmittedNetwork> networks = emitted
            .Where(static outcome => outcome.Value is not null)
            .Select(static (outcome, _) => outcome.Value!);
        IncrementalValuesProvider<EmittedFile> surfaces = emitted
            .Select(static (outcome, _) => EmittedNetwork.SurfaceOf(outcome))
            .Where(static file => file is not null)
            .Select(static (file, _) => file!)
            .WithTrackingName(TrackingNames.Surface);
        IncrementalValuesProvider<EmittedFile> kernels = networks
            .SelectMany(static (network, _) => network.Kernels)
            .WithTrackingName(TrackingNames.Kernels);

        IncrementalValuesProvider<DiagnosticInfo> costs = networks
            .Select(static (network, _) => network.Costs)
            .WithTrackingName(TrackingNames.Costs);

        context.RegisterSourceOutput(faults, static (output, fault) => output.ReportDiagnostic(fault.ToDiagnostic()));
        context.RegisterSourceOutput(costs, static (output, message) => output.ReportDiagnostic(message.ToDiagnostic()));
        context.RegisterSourceOutput(surfaces, static (output, file) => output.AddSource(file.HintName, TextOf(file)));
        context.RegisterImplementationSourceOutput(kernels, static (output, file) => output.AddSource(file.HintName, TextOf(file)));
    }

    private static SourceText TextOf(EmittedFile file) => SourceText.From(file.Text, Encoding.UTF8);
}
