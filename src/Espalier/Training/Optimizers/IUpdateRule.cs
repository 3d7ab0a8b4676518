using System.Numerics;

namespace Espalier.Training.Optimizers;

/// <summary>One optimizer's arithmetic on a vector of weights, with its constants already prepared for the step.</summary>
internal interface IUpdateRule
{
    /// <summary>How many numbers (0 to 2) the rule remembers for each weight.</summary>
    public static abstract int Moments { get; }

    /// <summary>Moves <paramref name="value"/> and brings the moments up to date.</summary>
    public void Update(ref Vector<float> value, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second);
}
