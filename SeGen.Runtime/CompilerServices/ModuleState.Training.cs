using System.Buffers;

namespace SeGen.CompilerServices;

/// <summary>Training steps.</summary>
public sealed unsafe partial class ModuleState
{
    /// <summary>The forward pass of a training step at the declared size.</summary>
    public void ForwardTraining(ReadOnlySpan<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        ForwardTraining(input, output, height, width);
    }

    /// <summary>The forward pass of a training step at a size given at run time.</summary>
    public void ForwardTraining(ReadOnlySpan<float> input, Span<float> output, int height, int width)
        => ForwardTraining(input, default, output, height, width);

    /// <summary>The forward pass of a training step at the declared size, without a copy of the input.</summary>
    public void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output)
    {
        (int height, int width) = ModuleArguments.DeclaredSize(_module);
        ForwardTrainingByReference(input, output, height, width);
    }

    /// <summary>The forward pass of a training step at a size given at run time, without a copy of the input.</summary>
    public void ForwardTrainingByReference(ReadOnlyMemory<float> input, Span<float> output, int height, int width)
    {
        ModuleArguments.CheckOverlap(_module, input.Span, output, inPlace: false, nameof(output));
        ForwardTraining(input.Span, input, output, height, width);
    }

    /// <summary>The backward pass of the last training step.</summary>
    public void Backward(ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        RequireTraining();
        BeginTraining();
        try
        {
            if (_training is not { LastBatch: > 0 and int batch } run)
                throw new InvalidOperationException(
                    $"{_module.Name}: Backward follows a ForwardTraining that succeeded, in a block or network once; there was none.");

            (int height, int width) = run.LastSize;
            (int outHeight, int outWidth) = _module.OutputSize(height, width);
            ModuleArguments.CheckLength(
                _module, outputGradient.Length, batch, [_module.OutputChannels, outHeight, outWidth], nameof(outputGradient));
            if (!inputGradient.IsEmpty)
                ModuleArguments.CheckLength(
                    _module, inputGradient.Length, batch, [_module.InputChannels, height, width], nameof(inputGradient));

            ModuleArguments.CheckOverlap(_module, outputGradient, inputGradient, inPlace: false, nameof(inputGradient));
            ModuleArguments.CheckOverlap(_module, run.Lent.Span, inputGradient, inPlace: false, nameof(inputGradient));
            using MemoryHandle lent = run.Lent.Pin();
            fixed (float* from = outputGradient, to = inputGradient)
            {
                run.Borrow((float*)lent.Pointer);
                run.Bind(run.ReadsPackedWeights ? _weights.Current(Degree) : null, from, to, batch, height, width, Degree);
                run.Backward();
                run.Publish();
            }
        }
        finally
        {
            EndTraining();
        }
    }

    private void ForwardTraining(ReadOnlySpan<float> input, ReadOnlyMemory<float> lent, Span<float> output, int height, int width)
    {
        RequireTraining();
        ModuleArguments.CheckSize(_module, height, width);
        ModuleArguments.CheckNotEmpty(_module, input, height, width);
        int batch = ModuleArguments.Batch(_module, input, output, height, width);
        if (batch > _module.MaxBatch)
            throw new ArgumentException(
                $"{_module.Name} trains on 1 to MaxBatch = {_module.MaxBatch} images at a time and was given {batch}; write a larger "
                    + $"MaxBatch in its attribute.",
                nameof(input));

        BeginTraining();
        try
        {
            TrainingRun run = _training ??= _module.CreateTraining(_weights);
            using MemoryHandle pinned = lent.Pin();
            fixed (float* from = input, to = output)
            {
                run.Borrow((float*)pinned.Pointer);
                run.Bind(run.ReadsPackedWeights ? _weights.Current(Degree) : null, from, to, batch, height, width, Degree);
                (run.FreezeStatistics, run.DropoutSeed) = (FreezeStatistics, DropoutSeed);
                run.Forward(lent);
                DropoutSeed = unchecked(DropoutSeed + 1);
            }
        }
        finally
        {
            EndTraining();
        }
    }

    /// <summary>Before anything else is checked: with InferenceOnly no argument would be right.</summary>
    private void RequireTraining()
    {
        if (!_module.Trains)
            throw new NotSupportedException(
                $"{_module.Name} is declared with InferenceOnly = true, so that no training code was generated; remove it to train.");
    }

    private void BeginTraining()
    {
        if (Interlocked.CompareExchange(ref _isTraining, 1, 0) != 0)
            throw new InvalidOperationException(
                $"{_module.Name}: another thread is in ForwardTraining or Backward of this instance; train one instance on one thread at "
                    + $"a time.");
    }

    private void EndTraining()
    {
        _training?.Unbind();
        Volatile.Write(ref _isTraining, 0);
    }
}
