using System.Runtime.InteropServices;
using System.Text;

namespace Espalier.Inference.Baselines.OnnxRuntime;

/// <summary>The ONNX Runtime shared library, reached through its C API. Once loaded it stays, as its environment does.</summary>
public sealed unsafe class OnnxRuntimeLibrary
{
    /// <summary>The environment variable that names the shared library.</summary>
    public const string PathVariable = "ESPALIER_ONNXRUNTIME";

    // The first version with bindings is 5 (release 1.5); 8 (release 1.8) is asked for, so that what is older says so itself.
    private const uint ApiVersion = 8;
    private const string OldestRelease = "1.8";
    private const int WarningLevel = 2, SequentialExecution = 0, AllOptimizations = 99;
    private const int DeviceAllocator = 0, DefaultMemory = 0, FloatElement = 1;

    private readonly nint* _functions;
    private readonly nint _environment;

    private OnnxRuntimeLibrary(nint module, string path)
    {
        if (!NativeLibrary.TryGetExport(module, "OrtGetApiBase", out nint entry))
        {
            throw new OnnxRuntimeException(
                $"{path}: is not ONNX Runtime (it has no OrtGetApiBase); set {PathVariable} to the path of its shared library.");
        }

        var functions = (nint*)((delegate* unmanaged<nint>)entry)();
        Version = Text(((delegate* unmanaged<nint>)functions[1])());
        _functions = (nint*)((delegate* unmanaged<uint, nint>)functions[0])(ApiVersion);
        if (_functions is null)
        {
            throw new OnnxRuntimeException($"{path}: ONNX Runtime {Version} is too old; {OldestRelease} or newer is needed.");
        }

        fixed (byte* name = "espalier"u8)
        {
            nint environment;
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)Function(OnnxRuntimeFunction.CreateEnv))(
                WarningLevel, name, &environment));
            _environment = environment;
        }
    }

    /// <summary>The library's release, such as "1.30.0".</summary>
    public string Version { get; }

    /// <summary>Loads the library that <see cref="PathVariable"/> names, or else the one that the system knows as "onnxruntime".</summary>
    /// <exception cref="OnnxRuntimeException">There is none, or it cannot be used.</exception>
    public static OnnxRuntimeLibrary Load() => Load(Environment.GetEnvironmentVariable(PathVariable));

    /// <summary>Loads the library at <paramref name="path"/>; without a path, the one that the system knows as "onnxruntime".</summary>
    /// <exception cref="OnnxRuntimeException">There is none, or it cannot be used.</exception>
    public static OnnxRuntimeLibrary Load(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return NativeLibrary.TryLoad("onnxruntime", typeof(OnnxRuntimeLibrary).Assembly, null, out nint known)
                ? new OnnxRuntimeLibrary(known, "onnxruntime")
                : throw new OnnxRuntimeException($"ONNX Runtime was not found; set {PathVariable} to the path of its shared library.");
        }

        return NativeLibrary.TryLoad(path, out nint module)
            ? new OnnxRuntimeLibrary(module, path)
            : throw new OnnxRuntimeException($"{path}: cannot be loaded; set {PathVariable} to the path of ONNX Runtime's shared library.");
    }

    /// <summary>Makes a session that runs a model on the calling thread alone, with every graph optimisation.</summary>
    /// <param name="model">The bytes of an ONNX model.</param>
    /// <exception cref="OnnxRuntimeException">The model is refused.</exception>
    internal OnnxRuntimeHandle CreateSession(ReadOnlySpan<byte> model)
    {
        nint value;
        Check(((delegate* unmanaged<nint*, nint>)Function(OnnxRuntimeFunction.CreateSessionOptions))(&value));
        using var options = new OnnxRuntimeHandle(value, Release(OnnxRuntimeFunction.ReleaseSessionOptions));
        Set(OnnxRuntimeFunction.SetSessionExecutionMode, SequentialExecution);
        Set(OnnxRuntimeFunction.SetSessionGraphOptimizationLevel, AllOptimizations);
        Set(OnnxRuntimeFunction.SetIntraOpNumThreads, 1);
        Set(OnnxRuntimeFunction.SetInterOpNumThreads, 1);
        fixed (byte* data = model)
        {
            Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)Function(OnnxRuntimeFunction.CreateSessionFromArray))(
                _environment, data, (nuint)model.Length, options.Value, &value));
        }

        return new OnnxRuntimeHandle(value, Release(OnnxRuntimeFunction.ReleaseSession));

        void Set(OnnxRuntimeFunction function, int setting) =>
            Check(((delegate* unmanaged<nint, int, nint>)Function(function))(options.Value, setting));
    }

    /// <summary>Makes a tensor over the caller's memory, which must not move or vanish before the tensor does.</summary>
    /// <exception cref="OnnxRuntimeException">The library refuses.</exception>
    internal OnnxRuntimeHandle CreateTensor(float* data, ReadOnlySpan<int> dimensions)
    {
        nint value;
        Check(((delegate* unmanaged<int, int, nint*, nint>)Function(OnnxRuntimeFunction.CreateCpuMemoryInfo))(
            DeviceAllocator, DefaultMemory, &value));
        using var memory = new OnnxRuntimeHandle(value, Release(OnnxRuntimeFunction.ReleaseMemoryInfo));
        long* shape = stackalloc long[dimensions.Length];
        nuint bytes = sizeof(float);
        for (int i = 0; i < dimensions.Length; i++) bytes *= (nuint)(shape[i] = dimensions[i]);
        var create = (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)Function(
            OnnxRuntimeFunction.CreateTensorWithDataAsOrtValue);
        Check(create(memory.Value, data, bytes, shape, (nuint)dimensions.Length, FloatElement, &value));
        return new OnnxRuntimeHandle(value, Release(OnnxRuntimeFunction.ReleaseValue));
    }

    /// <summary>Ties one input and one output tensor to a session, once for many runs.</summary>
    /// <exception cref="OnnxRuntimeException">The library refuses.</exception>
    internal OnnxRuntimeHandle CreateBinding(
        OnnxRuntimeHandle session, string inputName, OnnxRuntimeHandle input, string outputName, OnnxRuntimeHandle output)
    {
        nint value;
        Check(((delegate* unmanaged<nint, nint*, nint>)Function(OnnxRuntimeFunction.CreateIoBinding))(session.Value, &value));
        var binding = new OnnxRuntimeHandle(value, Release(OnnxRuntimeFunction.ReleaseIoBinding), session);
        Bind(OnnxRuntimeFunction.BindInput, inputName, input);
        Bind(OnnxRuntimeFunction.BindOutput, outputName, output);
        return binding;

        void Bind(OnnxRuntimeFunction function, string name, OnnxRuntimeHandle tensor)
        {
            fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            {
                Check(((delegate* unmanaged<nint, byte*, nint, nint>)Function(function))(binding.Value, text, tensor.Value));
            }
        }
    }

    /// <summary>Runs a session on what is bound to it.</summary>
    /// <exception cref="OnnxRuntimeException">The library reports an error.</exception>
    internal void Run(OnnxRuntimeHandle session, OnnxRuntimeHandle binding) =>
        Check(((delegate* unmanaged<nint, nint, nint, nint>)Function(OnnxRuntimeFunction.RunWithBinding))(session.Value, 0, binding.Value));

    private static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "";

    private nint Function(OnnxRuntimeFunction function) => _functions[(int)function];

    private delegate* unmanaged<nint, void> Release(OnnxRuntimeFunction function) => (delegate* unmanaged<nint, void>)Function(function);

    private void Check(nint status)
    {
        if (status == 0) return;
        string message = Text(((delegate* unmanaged<nint, nint>)Function(OnnxRuntimeFunction.GetErrorMessage))(status));
        Release(OnnxRuntimeFunction.ReleaseStatus)(status);
        throw new OnnxRuntimeException($"ONNX Runtime {Version}: {message.ReplaceLineEndings(" ")}");
    }
}
