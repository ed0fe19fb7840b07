using SeGen.CompilerServices;

namespace SeGen;

/// <summary>
/// A module on an NVIDIA GPU, made by the generated CreateCuda: the same members over spans and over buffers that stay on the device. It
/// uses the weights of the module that it was made from and follows their version. One thread at a time.
/// </summary>
public abstract partial class GpuModule : IDisposable
{
    private protected GpuModule(ModuleDefinition definition, ParameterSet parameters)
        => (Definition, Parameters) = (definition, parameters);

    /// <summary>Whether it runs on a GPU; else on the CPU, as <see cref="GpuPolicy.Auto"/> and <see cref="GpuPolicy.Off"/> allow.</summary>
    public abstract bool IsOnGpu { get; }

    /// <summary>Where it runs, as a sentence, and why not on a GPU.</summary>
    public abstract string Placement { get; }

    /// <summary>The weights, which are those of the module that it was made from.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Whether kernels are timed; they are then launched one by one and not as a graph.</summary>
    public bool TimesKernels { get; set; }

    /// <summary>
    /// The kernels, in their order, that ran until the last call over spans or of <see cref="Synchronize"/> and since the one before it,
    /// if they were timed.
    /// </summary>
    public IReadOnlyList<GpuKernelTime> KernelTimes { get; private protected set; } = [];

    /// <summary>
    /// What ran in the last call: of a gate its kernels' form, "portable", "group 132 x 1, 7 kept" or "image", of a network "62 kernels";
    /// empty on the CPU.
    /// </summary>
    public string Form { get; private protected set; } = "";

    private protected ModuleDefinition Definition { get; }

    /// <summary>Memory of the device.</summary>
    /// <param name="floats">How many floats, at least 1; what they are is not said.</param>
    /// <exception cref="GpuException">There is not so much left.</exception>
    public abstract GpuBuffer Allocate(int floats);

    /// <summary>
    /// Memory of the device that other code has allocated. SeGen's stream waits for no other: that code waits for what it has written
    /// there before it is used here, and calls <see cref="Synchronize"/> before it reads, writes or frees it again.
    /// </summary>
    /// <param name="address">A CUdeviceptr of the device's primary context, a multiple of 16.</param>
    /// <param name="floats">How many floats there are.</param>
    /// <exception cref="InvalidOperationException">The module runs on the CPU.</exception>
    public abstract GpuBuffer Wrap(ulong address, int floats);

    /// <summary>Compiles kernels and allocates everything for a batch, so that the first call is as fast as the others.</summary>
    /// <param name="images">Images of a batch.</param>
    /// <param name="isTraining">Whether for training too.</param>
    /// <exception cref="InvalidOperationException">The module does not fix Height and Width.</exception>
    /// <exception cref="GpuException">The driver does not compile a kernel, or memory is missing.</exception>
    public void Prepare(int images = 1, bool isTraining = false)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(Definition);
        Prepare(images, height, width, isTraining);
    }

    /// <summary>The same for a size given at run time.</summary>
    /// <inheritdoc cref="Prepare(int, bool)"/>
    public void Prepare(int images, int height, int width, bool isTraining = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        ModuleArguments.CheckSize(Definition, height, width);
        Prepare(new GpuMap(images, height, width), isTraining);
    }

    /// <summary>Inference, NCHW: batch = input.Length / InputLength. The output is there when it returns.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="output">Likewise; of a gate it may be the input.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or the spans overlap.</exception>
    /// <exception cref="InvalidOperationException">The module does not fix Height and Width.</exception>
    /// <exception cref="GpuException">A call of the driver, or a kernel, failed.</exception>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(Definition);
        Forward(input, output, height, width);
    }

    /// <summary>Inference at a size given at run time.</summary>
    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float})"/>
    public void Forward(ReadOnlySpan<float> input, Span<float> output, int height, int width)
    {
        GpuMap map = Map(input, output, height, width);
        if (map.Images > 0)
            Run(map, input, output, isTraining: false);
    }

    /// <summary>
    /// Inference on the device, NCHW. It is under way when this returns: <see cref="Synchronize"/> or a copy to the host waits for it.
    /// </summary>
    /// <param name="input">[N, C, H, W] on the device.</param>
    /// <param name="output">Likewise; of a gate it may be the input.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, the buffers overlap, or they are not this device's.</exception>
    /// <exception cref="InvalidOperationException">The module does not fix Height and Width.</exception>
    /// <exception cref="GpuException">A call of the driver failed.</exception>
    public void Forward(GpuBuffer input, GpuBuffer output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(Definition);
        Forward(input, output, height, width);
    }

    /// <summary>Inference on the device at a size given at run time.</summary>
    /// <inheritdoc cref="Forward(GpuBuffer, GpuBuffer)"/>
    public void Forward(GpuBuffer input, GpuBuffer output, int height, int width)
    {
        GpuMap map = Map(input, output, height, width, Definition.InPlace);
        if (map.Images > 0)
            Run(map, input, output, isTraining: false);
    }

    /// <summary>The way forward in training; keeps what <see cref="Backward(ReadOnlySpan{float}, Span{float})"/> needs.</summary>
    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float})"/>
    public void ForwardTraining(ReadOnlySpan<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(Definition);
        ForwardTraining(input, output, height, width);
    }

    /// <summary>The way forward in training at a size given at run time.</summary>
    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float})"/>
    public void ForwardTraining(ReadOnlySpan<float> input, Span<float> output, int height, int width)
    {
        GpuMap map = Map(input, output, height, width);
        if (TrainingFault(map) is { } fault)
            throw new ArgumentException(fault, nameof(input));

        Run(map, input, output, isTraining: true);
    }

    /// <summary>The way forward in training on the device. The input must stay as it is until Backward has run: it is not copied.</summary>
    /// <inheritdoc cref="Forward(GpuBuffer, GpuBuffer)"/>
    public void ForwardTraining(GpuBuffer input, GpuBuffer output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(Definition);
        ForwardTraining(input, output, height, width);
    }

    /// <summary>The way forward in training on the device at a size given at run time.</summary>
    /// <inheritdoc cref="ForwardTraining(GpuBuffer, GpuBuffer)"/>
    public void ForwardTraining(GpuBuffer input, GpuBuffer output, int height, int width)
    {
        GpuMap map = Map(input, output, height, width, inPlace: false);
        if (TrainingFault(map) is { } fault)
            throw new ArgumentException(fault, nameof(input));

        Run(map, input, output, isTraining: true);
    }

    /// <summary>
    /// The way back after ForwardTraining. Gradients of the parameters are added to <see cref="Parameter.Gradient"/> when it returns.
    /// </summary>
    /// <param name="outputGradient">As long as the output was.</param>
    /// <param name="inputGradient">As long as the input was, overwritten; empty: not computed.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    /// <exception cref="InvalidOperationException">There was no ForwardTraining.</exception>
    /// <exception cref="GpuException">A call of the driver, or a kernel, failed.</exception>
    public abstract void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient);

    /// <summary>
    /// The way back on the device. Gradients of the parameters are added to <see cref="Parameter.Gradient"/> by the next
    /// <see cref="Synchronize"/>.
    /// </summary>
    /// <param name="outputGradient">As long as the output was.</param>
    /// <param name="inputGradient">As long as the input was, overwritten; null: not computed.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or the buffers are not this device's.</exception>
    /// <exception cref="InvalidOperationException">There was no ForwardTraining.</exception>
    /// <exception cref="GpuException">A call of the driver failed.</exception>
    public abstract void Backward(GpuBuffer outputGradient, GpuBuffer? inputGradient);

    /// <summary>
    /// An optimizer's step on the device, by the gradients that Backward over buffers has left there, which are 0 after it. The host's
    /// parameters, and what the optimizer keeps, follow at the next <see cref="Synchronize"/>; until then only this module has the new
    /// ones.
    /// </summary>
    /// <param name="optimizer">An <see cref="SgdOptimizer"/>, <see cref="AdamOptimizer"/> or <see cref="AdamWOptimizer"/> of these
    /// parameters.</param>
    /// <exception cref="ArgumentException">It is an optimizer of other parameters.</exception>
    /// <exception cref="InvalidOperationException">There are no gradients on the device.</exception>
    /// <exception cref="NotSupportedException">The module is a gate alone, on a GPU, or declared with InferenceOnly.</exception>
    /// <exception cref="GpuException">A call of the driver failed.</exception>
    public abstract void Optimize(Optimizer optimizer);

    /// <summary>
    /// Scales all gradients on the device so that their common norm is no more than the given one, as
    /// <see cref="GradientClipping.ClipGradientNorm"/> does on the host; between Backward over
    /// buffers and <see cref="Optimize"/>. Sums are those of 32-bit floats: a norm beyond 1e19 counts as infinite, and gradients are 0
    /// after it.
    /// </summary>
    /// <param name="limit">The largest norm, above 0.</param>
    /// <param name="norm">One float, or more, of which the first becomes the norm before; null: it is not asked for.</param>
    /// <exception cref="ArgumentException">The buffer is not this device's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    /// <exception cref="InvalidOperationException">There are no gradients on the device.</exception>
    /// <exception cref="NotSupportedException">The module is a gate alone, on a GPU, or declared with InferenceOnly.</exception>
    /// <exception cref="GpuException">A call of the driver failed.</exception>
    public abstract void ClipGradientNorm(float limit, GpuBuffer? norm = null);

    /// <summary>The mean loss of a batch and its gradient, on the device.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">[N, classes].</param>
    /// <param name="targets">N classes, or the index that is ignored.</param>
    /// <param name="gradient">As long as the logits, overwritten; may be the logits; null: not computed.</param>
    /// <param name="mean">One float, the mean loss; not a number where no sample counts.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or a target is no class.</exception>
    /// <exception cref="NotSupportedException">The module is a gate alone, on a GPU, or declared with InferenceOnly.</exception>
    /// <exception cref="GpuException">A call of the driver failed.</exception>
    public abstract void Loss(CrossEntropyLoss loss, GpuBuffer logits, ReadOnlySpan<int> targets, GpuBuffer? gradient, GpuBuffer mean);

    /// <summary>
    /// Waits until everything is done, and adds the parameters' gradients that were computed since the last time to
    /// <see cref="Parameter.Gradient"/>; brings the
    /// parameters where <see cref="Optimize"/> has changed them.
    /// </summary>
    /// <exception cref="InvalidOperationException">Parameters were changed by <see cref="Optimize"/> and on the host since
    /// then.</exception>
    /// <exception cref="GpuException">A kernel failed while it ran.</exception>
    public abstract void Synchronize();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives everything on the device back; throws nothing.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Why there are no steps on this device; null where there are.</summary>
    internal abstract string? CannotStep { get; }

    /// <summary>Sets what masks of dropout are drawn from.</summary>
    internal abstract void SeedDropout(long seed);

    private protected abstract void Prepare(GpuMap map, bool isTraining);

    private protected abstract void Run(GpuMap map, ReadOnlySpan<float> input, Span<float> output, bool isTraining);

    private protected abstract void Run(GpuMap map, GpuBuffer input, GpuBuffer output, bool isTraining);

    /// <summary>Whether a buffer can be used here.</summary>
    private protected abstract void CheckBuffer(GpuBuffer buffer, string name);

    private GpuMap Map(ReadOnlySpan<float> input, ReadOnlySpan<float> output, int height, int width)
    {
        ModuleArguments.CheckSize(Definition, height, width);
        return new GpuMap(ModuleArguments.Batch(Definition, input, output, height, width), height, width);
    }

    private GpuMap Map(GpuBuffer input, GpuBuffer output, int height, int width, bool inPlace)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ModuleArguments.CheckSize(Definition, height, width);
        CheckBuffer(input, nameof(input));
        CheckBuffer(output, nameof(output));
        int batch = ModuleArguments.Batch(Definition, input.Length, output.Length, height, width);
        if (input.Overlaps(output) is { } isSame && !(inPlace && isSame))
            throw new ArgumentException(
                inPlace
                    ? $"{Definition.Name} writes to its own input only where both are the same buffer; these overlap otherwise."
                    : $"{Definition.Name} needs the input after it has written the output here; the buffers overlap.",
                nameof(output));

        return new GpuMap(batch, height, width);
    }

    private string? TrainingFault(GpuMap map) => map.Images >= 1 && map.Images <= Definition.MaxBatch
        ? null
        : $"{Definition.Name} trains on 1 to MaxBatch = {Definition.MaxBatch} images at a time and was given {map.Images}; write a "
            + $"larger MaxBatch in its attribute.";
}
