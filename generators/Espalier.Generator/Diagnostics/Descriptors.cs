using Microsoft.CodeAnalysis;

namespace Espalier.Generator.Diagnostics;

/// <summary>Every diagnostic of the generator. An id is never used again for something else.</summary>
internal static class Descriptors
{
    private const string Category = "Espalier";

    /// <summary>The text of a model breaks the format.</summary>
    public static readonly DiagnosticDescriptor InvalidModel = new(
        "ESP0001", "The model file is not valid",
        "{0}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>The compiler could not give the text of the file.</summary>
    public static readonly DiagnosticDescriptor UnreadableFile = new(
        "ESP0002", "The model file cannot be read",
        "The model file cannot be read as text: check that it exists, may be read and is an .espalier file",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>ClassName or Namespace cannot be used.</summary>
    public static readonly DiagnosticDescriptor InvalidName = new(
        "ESP0003", "The generated class cannot have this name",
        "Set ClassName or Namespace of the EspalierNetwork item: {0}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>Visibility is neither public nor internal.</summary>
    public static readonly DiagnosticDescriptor InvalidVisibility = new(
        "ESP0004", "The generated class cannot have this visibility",
        "'{0}' is not a visibility: set Visibility of the EspalierNetwork item to 'public' or 'internal'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>Two networks ask for one class.</summary>
    public static readonly DiagnosticDescriptor DuplicateClass = new(
        "ESP0005", "Two networks generate the same class",
        "Class '{0}' is generated from '{1}' already: give the two EspalierNetwork items class names that differ by more than case",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>Kernel names none.</summary>
    public static readonly DiagnosticDescriptor InvalidKernel = new(
        "ESP0006", "The network cannot be compiled with this kernel",
        "'{0}' is not a kernel{2}: set Kernel of the EspalierNetwork item to one of {1}, or leave it out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>MaxTermsPerMethod is no number in range.</summary>
    public static readonly DiagnosticDescriptor InvalidMethodTerms = new(
        "ESP0007", "A generated method cannot hold this many terms",
        "'{0}' is not a number of terms: set MaxTermsPerMethod of the EspalierNetwork item to a "
            + "whole number from 8 to 1000, or leave it out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>Plain is neither true nor false.</summary>
    public static readonly DiagnosticDescriptor InvalidPlain = new(
        "ESP0008", "Plain C# is wanted or not",
        "'{0}' is neither 'true' nor 'false': set Plain of the EspalierNetwork item, "
            + "or EspalierPlain of the project, to one of them, or leave it out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>A layer that plain C# does not have.</summary>
    public static readonly DiagnosticDescriptor NotPlain = new(
        "ESP0009", "The network has no plain C# form",
        "{0}: target net8.0 or later, and set Plain of the EspalierNetwork item to 'false' or leave it out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>Vector code for a framework without vectors, or in a language version without its words.</summary>
    public static readonly DiagnosticDescriptor NoVectors = new(
        "ESP0010", "The project cannot hold vector code",
        "Vector code needs .NET 8 and C# 10, and this project {0}: {1}, or set Plain of the EspalierNetwork item, "
            + "or EspalierPlain of the project, to 'true'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>EspalierGenerate is neither true nor false.</summary>
    public static readonly DiagnosticDescriptor InvalidSwitch = new(
        "ESP0011", "The generator is on or off",
        "'{0}' is neither 'true' nor 'false': set EspalierGenerate of the project to one of them, or leave it out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>What each layer costs; a message that a build shows when asked to.</summary>
    public static readonly DiagnosticDescriptor Costs = new(
        "ESP0100", "What a network costs",
        "{0}",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true);

    /// <summary>A mistake in the generator itself.</summary>
    public static readonly DiagnosticDescriptor InternalError = new(
        "ESP9999", "Internal error of the generator",
        "The generator failed on this model ({0}: {1}); this is a defect of Espalier, please report it with the model file",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}
