namespace Espalier.Data.Digits;

/// <summary>A point of a drawn line.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Down.</param>
/// <param name="Radius">Half the pen's width there.</param>
/// <param name="StartsStroke">Whether the pen is put down here, so that no line leads to it.</param>
internal readonly record struct PenPoint(double X, double Y, double Radius, bool StartsStroke);
