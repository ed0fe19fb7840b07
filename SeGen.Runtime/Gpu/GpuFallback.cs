using SeGen.CompilerServices;

namespace SeGen;

/// <summary>A module that was to run on a GPU and runs on the CPU.</summary>
internal sealed class GpuFallback(ModuleDefinition definition, IModule module, string why) : GpuModule(definition, module.Parameters)
{
    // As on a GPU, so that a program does not fail only where there is one.
    private bool _isGradientHere;

    public override bool IsOnGpu => false;

    public override string Placement => $"On the CPU: {why}";

    public override GpuBuffer Allocate(int floats)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(floats, 1);
        return new GpuBuffer(new float[floats]);
    }

    public override GpuBuffer Wrap(ulong address, int floats)
        => throw new InvalidOperationException($"There is no memory of a device to wrap. {Placement}");

    public override void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
        => module.Backward(outputGradient, inputGradient);

    public override void Backward(GpuBuffer outputGradient, GpuBuffer? inputGradient)
    {
        ArgumentNullException.ThrowIfNull(outputGradient);
        CheckBuffer(outputGradient, nameof(outputGradient));
        if (inputGradient is not null)
            CheckBuffer(inputGradient, nameof(inputGradient));

        // As on a GPU, the gradient may be written over; the CPU needs it to the end.
        ReadOnlySpan<float> gradient = inputGradient?.Overlaps(outputGradient) is null
            ? outputGradient.Host
            : outputGradient.Host.ToArray();
        module.Backward(gradient, inputGradient is null ? [] : inputGradient.Host);
        _isGradientHere = true;
    }

    public override void Optimize(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        CheckOptimizer(optimizer);
        CheckGradients(_isGradientHere, nameof(Optimize));
        optimizer.Step();
        Parameters.ZeroGradients();
        _isGradientHere = false;
    }

    public override void ClipGradientNorm(float limit, GpuBuffer? norm = null)
    {
        CheckClipping(limit, norm);
        CheckGradients(_isGradientHere, nameof(ClipGradientNorm));
        float before = Parameters.ClipGradientNorm(limit);
        if (norm is not null)
            norm.Host[0] = before;
    }

    public override void Loss(CrossEntropyLoss loss, GpuBuffer logits, ReadOnlySpan<int> targets, GpuBuffer? gradient, GpuBuffer mean)
    {
        CheckLoss(loss, logits, gradient, mean);
        mean.Host[0] = loss.Forward(logits.Host, targets, gradient is null ? [] : gradient.Host);
    }

    // All is done when a call returns; as on a GPU, gradients are the host's from here on.
    public override void Synchronize() => _isGradientHere = false;

    protected override void Dispose(bool disposing)
    {
        // There is nothing on a device.
    }

    internal override string? CannotStep => null;

    internal override void SeedDropout(long seed) => module.DropoutSeed = seed;

    private protected override void Prepare(GpuMap map, bool isTraining) => module.Prepare();

    private protected override void Run(GpuMap map, ReadOnlySpan<float> input, Span<float> output, bool isTraining)
    {
        if (isTraining)
            module.ForwardTraining(input, output, map.Height, map.Width);
        else
            module.Forward(input, output, map.Height, map.Width);
    }

    private protected override void Run(GpuMap map, GpuBuffer input, GpuBuffer output, bool isTraining)
        => Run(map, input.Host, output.Host, isTraining);

    private protected override void CheckBuffer(GpuBuffer buffer, string name)
    {
        if (buffer.IsOnGpu)
            throw new ArgumentException($"The buffer is on a GPU, and {Definition.Name} is not. {Placement}", name);
    }
}
