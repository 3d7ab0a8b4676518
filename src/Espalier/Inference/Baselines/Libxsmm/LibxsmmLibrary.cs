using System.Runtime.InteropServices;

namespace Espalier.Inference.Baselines.Libxsmm;

/// <summary>
/// The LIBXSMM shared library, of which only the products of a constant sparse matrix with a dense one are used: <c>fsspmdm</c>, which
/// generates machine code for the matrix, sparse or dense as it sees fit (Heinecke et al., SC 2016).
/// </summary>
public sealed unsafe class LibxsmmLibrary
{
    /// <summary>The environment variable that names the shared library.</summary>
    public const string PathVariable = "ESPALIER_LIBXSMM";

    private readonly nint _create, _execute, _destroy;

    private LibxsmmLibrary(nint module, string path)
    {
        (_create, _execute, _destroy) = (Find("create"), Find("execute"), Find("destroy"));

        nint Find(string name) => NativeLibrary.TryGetExport(module, $"libxsmm_sfsspmdm_{name}", out nint function)
            ? function
            : throw new EspalierException($"{path}: has no libxsmm_sfsspmdm_{name}; set {PathVariable} to the path of LIBXSMM 1.17.");
    }

    /// <summary>Loads the library that <see cref="PathVariable"/> names, or else the one that the system knows as "xsmm".</summary>
    /// <exception cref="EspalierException">There is none, or it cannot be used.</exception>
    public static LibxsmmLibrary Load()
    {
        string? path = Environment.GetEnvironmentVariable(PathVariable);
        string name = string.IsNullOrEmpty(path) ? "xsmm" : path;
        return NativeLibrary.TryLoad(name, typeof(LibxsmmLibrary).Assembly, null, out nint module)
            ? new LibxsmmLibrary(module, name)
            : throw new EspalierException($"LIBXSMM was not found; set {PathVariable} to the path of its shared library.");
    }

    /// <summary>Generates code for C = A B, with B of <paramref name="columns"/> columns; 0 when the library cannot.</summary>
    /// <param name="weights">A, rows x inner in row-major order, with zeros.</param>
    /// <param name="rows">The rows of A and C.</param>
    /// <param name="inner">The columns of A and the rows of B.</param>
    /// <param name="columns">The columns of B and C, a multiple of 16.</param>
    internal nint Create(float[] weights, int rows, int inner, int columns)
    {
        fixed (float* a = weights)
        {
            return ((delegate* unmanaged<int, int, int, int, int, int, float, float, int, float*, nint>)_create)(
                rows, columns, inner, inner, columns, columns, 1f, 0f, 0, a);
        }
    }

    /// <summary>C = A B.</summary>
    internal void Execute(nint product, float* b, float* c) => ((delegate* unmanaged<nint, float*, float*, void>)_execute)(product, b, c);

    /// <summary>Gives the code back.</summary>
    internal void Destroy(nint product) => ((delegate* unmanaged<nint, void>)_destroy)(product);
}
