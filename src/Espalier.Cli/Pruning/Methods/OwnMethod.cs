using System.CommandLine;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>
/// A value of --method that is a method of its own: it decides by itself which weights go and how many, by options that no other one takes.
/// </summary>
/// <param name="name">The value.</param>
/// <param name="description">What it does, in a line.</param>
/// <param name="options">The options that it alone takes.</param>
internal abstract class OwnMethod(string name, string description, params Option[] options)
{
    /// <summary>The value of --method.</summary>
    public string Name => name;

    /// <summary>What it does, in a line.</summary>
    public string Description => description;

    /// <summary>The options that it alone takes.</summary>
    public IReadOnlyList<Option> Options => options;

    /// <summary>The passes through a large set unless the user says otherwise; null when the method does not train.</summary>
    public abstract int? Epochs { get; }

    /// <summary>Whether the method makes use of <paramref name="option"/>, which other values of --method take too.</summary>
    public virtual bool Takes(Option option) => false;

    /// <summary>Prunes.</summary>
    /// <exception cref="EspalierException">An option is out of its range, or the method cannot treat the model or the data.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    public abstract PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel);
}
