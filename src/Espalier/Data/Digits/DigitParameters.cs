namespace Espalier.Data.Digits;

/// <summary>
/// How much drawn digits vary. Lengths are pixels of the 28 x 28 picture. The frame (a figure of about 20 pixels, centred by its ink) is
/// MNIST's (LeCun, Bottou, Bengio, Haffner 1998); the elastic distortion is that of Simard, Steinkraus, Platt 2003, "Best practices for
/// convolutional neural networks"; the ranges of the affine part are close to those of Ciresan et al. 2010, "Deep, big, simple neural nets"
/// (rotation up to 15 degrees or slant, scaling up to 20 %). They were then set so that the set is about as hard as MNIST: trained on the
/// default 10,000 samples, a linear softmax makes 6.7 % errors on the 2,000 test samples and a 784-300-100-10 network of ReLUs 2.2 %.
/// </summary>
public sealed record DigitParameters
{
    /// <summary>The longer side of the figure, least and most.</summary>
    public (double Least, double Most) Size { get; init; } = (17, 21);

    /// <summary>Width against height, relative to the skeleton.</summary>
    public (double Least, double Most) Aspect { get; init; } = (0.7, 1.1);

    /// <summary>The tangent of half the angle of rotation, either way: 0.09 is 10 degrees.</summary>
    public double Rotation { get; init; } = 0.09;

    /// <summary>Slant to either side, as a tangent; most writers lean right, so that <see cref="Lean"/> is added.</summary>
    public double Shear { get; init; } = 0.3;

    /// <summary>The mean slant to the right, as a tangent.</summary>
    public double Lean { get; init; } = 0.12;

    /// <summary>How far the centre of the ink is off the centre of the picture, either way.</summary>
    public double Shift { get; init; } = 1.4;

    /// <summary>The range of each skeleton point's own deviation, either way, in hundredths of the skeleton's height.</summary>
    public double Wobble { get; init; } = 3.5;

    /// <summary>
    /// The range of the elastic grid's displacements, either way; the displacement itself has a standard deviation of 0.28 times that.
    /// </summary>
    public double Elastic { get; init; } = 3.4;

    /// <summary>Half the pen's width, least and most.</summary>
    public (double Least, double Most) PenRadius { get; init; } = (0.7, 1.5);

    /// <summary>How much the pen's width changes along a stroke, as a share of it, either way.</summary>
    public double Pressure { get; init; } = 0.25;
}
