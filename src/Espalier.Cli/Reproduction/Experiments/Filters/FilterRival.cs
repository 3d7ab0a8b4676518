using System.Globalization;

namespace Espalier.Cli.Reproduction.Experiments.Filters;

/// <summary>A published smaller LeNet-5.</summary>
/// <param name="Method">What made it.</param>
/// <param name="Sizes">Filters of both convolutions, inputs of the first dense layer, its units.</param>
/// <param name="Error">Its test error in percent.</param>
internal sealed record FilterRival(string Method, string Sizes, double Error)
{
    private const int Taps = 25, Classes = 10;

    /// <summary>The weights of a dense network of these sizes.</summary>
    public int Weights
    {
        get
        {
            int[] sizes = Array.ConvertAll(Sizes.Split('-'), size => int.Parse(size, CultureInfo.InvariantCulture));
            return sizes[0] * Taps + sizes[0] * sizes[1] * Taps + sizes[2] * sizes[3] + sizes[3] * Classes;
        }
    }
}
