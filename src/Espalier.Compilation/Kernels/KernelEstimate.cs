namespace Espalier.Compilation.Kernels;

/// <summary>What a kernel is expected to cost for one layer.</summary>
/// <param name="Nanoseconds">Time of one sample on a desktop core of about 4 GHz, a figure for comparing kernels, not a promise.</param>
/// <param name="CodeBytes">Machine code.</param>
/// <param name="TableBytes">Constant data: weights, indices, row ends, biases.</param>
/// <param name="Fill">The share of lane slots that hold a weight, 0 to 1; null for kernels without lanes.</param>
public readonly record struct KernelEstimate(double Nanoseconds, long CodeBytes, long TableBytes, double? Fill = null);
