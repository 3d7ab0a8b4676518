using System;
using System.Globalization;
using System.IO;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.Generator.Pipeline;

/// <summary>
/// From what the project says to what the compiler needs. What the user wrote is taken as it is or refused; the default names, made of
/// the file's name and the root namespace, are bent into identifiers instead, because nobody chose them for this.
/// </summary>
internal static class ItemOptions
{
    private static readonly KernelKind[] s_plainKernels = [KernelKind.Unrolled, KernelKind.Table];

    /// <summary>All but the loops over values without weights, which have no rival.</summary>
    private static readonly KernelKind[] s_kernels =
        [.. Enum.GetValues(typeof(KernelKind)).Cast<KernelKind>().Where(kind => kind != KernelKind.Loop)];

    /// <summary>How to compile <paramref name="item"/>, or why it cannot be.</summary>
    public static Outcome<CompileOptions> Read(NetworkItem item)
    {
        string path = item.File.Path;
        bool? isPublic = item.Visibility.ToUpperInvariant() switch { "" or "PUBLIC" => true, "INTERNAL" => false, _ => null };
        string plain = item.Plain.Length > 0 ? item.Plain : item.EspalierPlain;
        bool isPlain = false, isPlainKnown = plain.Length == 0 || bool.TryParse(plain, out isPlain);
        (string Project, string Mend)? noVectors = isPlain ? null : FindWhyNoVectors(item);
        var options = new EmitOptions(
            item.ClassName.Length > 0 ? item.ClassName : BendName(Path.GetFileNameWithoutExtension(path)),
            item.Namespace.Length > 0 ? item.Namespace : BendNamespace(item.RootNamespace),
            isPublic ?? true)
        { IsPlain = isPlain || noVectors is not null };
        string? nameFault = options.FindFault();

        if (item.EspalierGenerate.Length > 0 && !bool.TryParse(item.EspalierGenerate, out _))
        {
            return Refuse(Descriptors.InvalidSwitch, item.EspalierGenerate);
        }

        if (isPublic is null) return Refuse(Descriptors.InvalidVisibility, item.Visibility);
        if (!isPlainKnown) return Refuse(Descriptors.InvalidPlain, plain);
        if (noVectors is (string project, string mend)) return Refuse(Descriptors.NoVectors, project, mend);

        var lowering = new LoweringOptions();
        if (isPlain) lowering = lowering with { Widths = VectorWidth.Scalar };
        if (item.Kernel.Length > 0)
        {
            KernelKind[] allowed = isPlain ? s_plainKernels : s_kernels;
            int kernel = Array.FindIndex(allowed, kind => string.Equals(kind.ToString(), item.Kernel, StringComparison.OrdinalIgnoreCase));
            if (kernel < 0)
            {
                return Refuse(Descriptors.InvalidKernel, item.Kernel, string.Join(", ", allowed), isPlain ? " in plain C#" : "");
            }

            lowering = lowering with { Kernel = allowed[kernel] };
        }

        if (item.MaxTermsPerMethod.Length > 0)
        {
            bool isNumber = int.TryParse(item.MaxTermsPerMethod, NumberStyles.None, CultureInfo.InvariantCulture, out int terms);
            if (!isNumber || terms is < LoweringOptions.MinMethodTerms or > LoweringOptions.MaxMethodTerms)
            {
                return Refuse(Descriptors.InvalidMethodTerms, item.MaxTermsPerMethod);
            }

            lowering = lowering with { MethodTerms = terms };
        }

        return nameFault is null ? new(path, new CompileOptions(options, lowering), options) : Refuse(Descriptors.InvalidName, nameFault);

        Outcome<CompileOptions> Refuse(DiagnosticDescriptor descriptor, params string[] arguments) =>
            new(DiagnosticInfo.AtStart(descriptor, path, arguments), nameFault is null ? options : null);
    }

    /// <summary>Why the project cannot hold vector code and how to mend that, or null when it can.</summary>
    private static (string Project, string Mend)? FindWhyNoVectors(NetworkItem item)
    {
        if (item.EspalierFrameworkHasVectors == "false") return ("targets an older framework", "target net8.0 or later");
        return item.Language >= LanguageVersion.CSharp10 ? null
            : ($"is written in C# {item.Language.ToDisplayString()}", "set LangVersion to 10 or later, or leave it out");
    }

    private static string BendNamespace(string name) =>
        name.Length == 0 ? "" : string.Join(".", Array.ConvertAll(name.Split('.'), BendName));

    /// <summary>"lenet-300" becomes "lenet_300", "2layers" becomes "_2layers".</summary>
    private static string BendName(string name)
    {
        char[] characters = name.ToCharArray();
        for (int i = 0; i < characters.Length; i++)
        {
            if (!char.IsLetterOrDigit(characters[i])) characters[i] = '_';
        }

        return characters.Length == 0 || char.IsDigit(characters[0]) ? "_" + new string(characters) : new string(characters);
    }
}
