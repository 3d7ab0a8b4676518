using System.Reflection;
using System.Runtime.Loader;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// A network compiled in memory, by the same lowering and emission that the source generator uses at build time, and loaded into a
/// context of its own that <see cref="Dispose"/> unloads. The methods are those of the generated class; they are thread-safe and allocate
/// nothing.
/// </summary>
public sealed class CompiledNetwork : IDisposable
{
    private readonly AssemblyLoadContext _context;
    private readonly PlanMethods.PredictMethod _predict;
    private readonly PlanMethods.PredictInWorkspaceMethod _predictInWorkspace;
    private readonly ClassifyMethod _classify;
    private readonly PlanMethods.PredictMethod _predictBatch;
    private readonly VerifyMethod _verify;
    private readonly Dictionary<VectorWidth, PlanMethods.PredictMethod> _plans;
    private readonly CallMethod _callRepeatedly;
    private bool _isDisposed;

    private CompiledNetwork(LoweredNetwork lowered, EmitOptions emit, IReadOnlyList<EmittedFile> files, byte[] image)
    {
        (Lowered, Emit, Files, ImageLength) = (lowered, emit, files, image.Length);
        string typeName = emit.Namespace.Length == 0 ? emit.ClassName : $"{emit.Namespace}.{emit.ClassName}";
        _context = new AssemblyLoadContext($"Espalier network {lowered.Header.Name}", isCollectible: true);
        using var stream = new MemoryStream(image);
        Type type = GeneratedType = _context.LoadFromStream(stream).GetType(typeName, throwOnError: true)!;
        _predict = Bind<PlanMethods.PredictMethod>(type, nameof(Predict));
        _predictInWorkspace = Bind<PlanMethods.PredictInWorkspaceMethod>(type, nameof(Predict));
        _classify = Bind<ClassifyMethod>(type, nameof(Classify));
        _predictBatch = Bind<PlanMethods.PredictMethod>(type, nameof(PredictBatch));
        _verify = Bind<VerifyMethod>(type, nameof(Verify));
        _plans = lowered.Plans.ToDictionary(plan => plan.Width, plan => PlanMethods.Of<PlanMethods.PredictMethod>(type, plan));
        _callRepeatedly = Bind<CallMethod>(type, CallLoop.Method);
    }

    private delegate int ClassifyMethod(ReadOnlySpan<float> input);

    private delegate bool VerifyMethod(out float largestError);

    private delegate int CallMethod(ReadOnlySpan<float> inputs, Span<float> output, int position, int calls);

    /// <summary>The network as the passes left it, with kernels, estimates and notes.</summary>
    public LoweredNetwork Lowered { get; }

    /// <summary>The generated sources, the surface first.</summary>
    public IReadOnlyList<EmittedFile> Files { get; }

    /// <summary>The size of the compiled assembly in bytes: code, tables and metadata.</summary>
    public int ImageLength { get; }

    /// <summary>What the generated class is called.</summary>
    internal EmitOptions Emit { get; }

    /// <summary>The generated class.</summary>
    internal Type GeneratedType { get; }

    /// <summary>The number of inputs of one sample.</summary>
    public int InputLength => Lowered.Header.InputLength;

    /// <summary>The number of outputs.</summary>
    public int OutputLength => Lowered.Header.OutputLength;

    /// <summary>The number of floats of scratch memory that one prediction needs.</summary>
    public int WorkspaceLength => Lowered.Header.WorkspaceLength;

    /// <summary>Lowers, emits, compiles and loads <paramref name="network"/>.</summary>
    /// <exception cref="ArgumentException">The network has a fault, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The generated source does not compile: a fault of this library, shown with numbered lines.
    /// </exception>
    public static CompiledNetwork Compile(Network network, CompileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        options ??= new CompileOptions();
        LoweredNetwork lowered = LoweringPipeline.Run(network, options.Lowering, cancellationToken);
        return Compile(lowered, options.Emit ?? EmitOptions.For(network), cancellationToken);
    }

    /// <summary>Emits, compiles and loads a network that has been through all passes.</summary>
    internal static CompiledNetwork Compile(LoweredNetwork lowered, EmitOptions emit, CancellationToken cancellationToken = default)
    {
        EmittedFile[] files = [.. CSharpEmitter.Emit(lowered, emit, cancellationToken)];
        byte[] image = InMemoryCompiler.Compile(
            $"Espalier.Compiled.{lowered.Header.Name}", [.. files, CallLoop.For(emit)], cancellationToken);
        return new CompiledNetwork(lowered, emit, files, image);
    }

    /// <summary>Computes the outputs for one sample, on the stack while the workspace is at most 32 KB.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public void Predict(ReadOnlySpan<float> input, Span<float> output)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _predict(input, output);
    }

    /// <summary>Computes the outputs for one sample in at least <see cref="WorkspaceLength"/> floats of scratch memory.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or two of the three overlap.</exception>
    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public void Predict(ReadOnlySpan<float> input, Span<float> output, Span<float> workspace)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _predictInWorkspace(input, output, workspace);
    }

    /// <summary>
    /// The class of one sample: the index of the largest output, the first of equals; of a single output, 1 when it is above
    /// <see cref="Activation.DecisionThreshold"/> and else 0. NaN does not count, and when all outputs are NaN it is -1.
    /// </summary>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public int Classify(ReadOnlySpan<float> input)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _classify(input);
    }

    /// <summary>Computes the outputs for rows of inputs.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit, or the two overlap.</exception>
    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _predictBatch(inputs, outputs);
    }

    /// <summary>Compares the predictions for the model's samples with the reference outputs that came with them.</summary>
    /// <param name="largestError">The largest deviation, relative to the reference output or to 1 if that is larger.</param>
    /// <returns>Whether no deviation is above the tolerance of 1e-4; true when there are no samples.</returns>
    /// <exception cref="ObjectDisposedException">The network has been disposed.</exception>
    public bool Verify(out float largestError)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _verify(out largestError);
    }

    /// <summary>
    /// Computes the outputs for one sample by the plan for <paramref name="width"/>, which the processor must be able to run.
    /// </summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    internal void Predict(VectorWidth width, ReadOnlySpan<float> input, Span<float> output)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (input.Length != InputLength || output.Length != OutputLength) throw new ArgumentException("A length is wrong.");
        _plans[width](input, output);
    }

    /// <summary>
    /// Calls the generated class's Predict from a loop in its own assembly, one sample after the other from <paramref name="position"/> on
    /// and from the front again: see <see cref="CallLoop"/>.
    /// </summary>
    /// <param name="inputs">Whole samples.</param>
    /// <param name="output">Receives the outputs of each call, so in the end those of the last.</param>
    /// <param name="position">The first value of the first sample.</param>
    /// <param name="calls">How many calls.</param>
    /// <returns>The position of the sample after the last one.</returns>
    internal int CallRepeatedly(ReadOnlySpan<float> inputs, Span<float> output, int position, int calls)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _callRepeatedly(inputs, output, position, calls);
    }

    /// <summary>Lets the generated assembly be unloaded, once no call runs in it.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _context.Unload();
    }

    private static T Bind<T>(Type type, string name)
        where T : Delegate
    {
        Type[] parameters = [.. typeof(T).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)];
        MethodInfo method = type.GetMethod(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static, parameters)!;
        return method.CreateDelegate<T>();
    }
}
