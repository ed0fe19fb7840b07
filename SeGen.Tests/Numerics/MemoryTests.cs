using System.Runtime.InteropServices;
using SeGen.Simd;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

[SEBlock(Channels = 96, Reduction = 8, Height = 67, Width = 71, MaxBatch = 2)]
internal sealed partial class Streamed;

[SEBlock(Channels = 96, Reduction = 8, MaxBatch = 2)]
internal sealed partial class StreamedAny;

// Whole vectors of every width and a rest of 0 (48 x 48), 1 (36 x 36) or 3 (44 x 40) vectors of 16.
[SEBlock(Channels = 64, Reduction = 8, Height = 48, Width = 48, MaxBatch = 4)]
internal sealed partial class Overlapped;

[SEBlock(Channels = 132, Reduction = 8, Height = 36, Width = 36, MaxBatch = 4)]
internal sealed partial class OverlappedRest;

[SEBlock(Channels = 84, Reduction = 8, Height = 44, Width = 40, MaxBatch = 4, Bias = SEBias.None)]
internal sealed partial class OverlappedNoBias;

/// <summary>Where results are written, and where not: any alignment, in place, past the caches.</summary>
[Trait("Category", "Numeric")]
public unsafe class MemoryTests
{
    private const int Height = 67, Width = 71, Guard = 64;
    private const float Untouched = 12345.678f;

    /// <summary>One thread reads and writes more than the threshold for this size, and streams; one of many does not.</summary>
    [Fact]
    public void This_size_is_streamed_by_one_thread()
    {
        long touched = 2L * Streamed.InputLength * sizeof(float);
        Assert.InRange(touched, Streaming.Threshold + 1, 8 * Streaming.Threshold - 1);
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Any_alignment_gives_the_same_bits_and_touches_nothing_else(int inputOffset, int outputOffset)
    {
        foreach (IModule module in new IModule[] { new Streamed(), new StreamedAny() })
        {
            module.Threads = 1;
            float[] x = RandomTensor.Normal(Streamed.InputLength, 3), dy = RandomTensor.Normal(x.Length, 4);
            (float[] expected, float[] expectedGradient) = (new float[x.Length], new float[x.Length]);
            module.Threads = 8;
            module.Forward(x, expected, Height, Width);
            module.ForwardTraining(x, expected, Height, Width);
            module.Backward(dy, expectedGradient);

            module.Threads = 1;
            using Guarded input = new(x.Length, inputOffset), output = new(x.Length, outputOffset), gradient = new(x.Length, outputOffset);
            x.CopyTo(input.Span);
            module.Forward(input.Span, output.Span, Height, Width);
            Close.AssertSameBits(expected, output.Span, "output");
            output.AssertGuards();

            output.Span.Clear();
            module.ForwardTraining(input.Span, output.Span, Height, Width);
            Close.AssertSameBits(expected, output.Span, "training output");
            output.AssertGuards();

            dy.CopyTo(input.Span);
            module.Backward(input.Span, gradient.Span);
            Close.AssertSameBits(expectedGradient, gradient.Span, "input gradient");
            gradient.AssertGuards();
        }
    }

    public static TheoryData<int, int> Offsets() => new() { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 3, 4 }, { 5, 8 }, { 7, 15 }, { 15, 9 } };

    [Theory]
    [InlineData(typeof(Streamed))]
    [InlineData(typeof(StreamedAny))]
    public void The_output_may_be_the_input(Type type)
    {
        var module = (IModule)Activator.CreateInstance(type)!;
        foreach (int threads in new[] { 1, 3 })
        {
            module.Threads = threads;
            float[] x = RandomTensor.Normal(2 * Streamed.InputLength, 5), expected = new float[x.Length];
            module.Forward(x, expected, Height, Width);
            module.Forward(x, x, Height, Width);
            Close.AssertSameBits(expected, x, "output in place");
        }
    }

    [Fact]
    public void A_batch_over_MaxBatch_runs_in_slices()
    {
        var module = new Streamed();
        float[] x = RandomTensor.Normal(5 * Streamed.InputLength, 6), y = new float[x.Length], one = new float[Streamed.InputLength];
        module.Forward(x, y);
        for (int n = 0; n < 5; n++)
        {
            module.Forward(x.AsSpan(n * one.Length, one.Length), one);
            Close.AssertSameBits(one, y.AsSpan(n * one.Length, one.Length), $"image {n}");
        }
    }

    /// <summary>Two and three threads stream these sizes, and their caches hold two images: they scale one while they read the next.</summary>
    [Theory]
    [InlineData(typeof(Overlapped), 64, 48, 48)]
    [InlineData(typeof(OverlappedRest), 132, 36, 36)]
    [InlineData(typeof(OverlappedNoBias), 84, 44, 40)]
    public void Scaling_one_image_while_the_next_is_read_gives_the_bits_of_one_after_the_other(Type type, int channels, int height, int width)
    {
        var module = (IModule)Activator.CreateInstance(type)!;
        int image = channels * height * width;
        Assert.InRange(2L * 4 * image * sizeof(float), 2 * Streaming.Threshold + 1, long.MaxValue);
        Assert.InRange(2L * image * sizeof(float), 0, 2 * Streaming.Threshold);

        float[] x = RandomTensor.Normal(11 * image, 13), expected = new float[x.Length];
        module.Threads = 1;
        module.Forward(x, expected, height, width);
        foreach (int threads in new[] { 2, 3 })
        {
            foreach (int offset in new[] { 0, 4 })
            {
                using var output = new Guarded(x.Length, offset);
                module.Threads = threads;
                module.Forward(x, output.Span, height, width);
                Close.AssertSameBits(expected, output.Span, $"output on {threads} threads");
                output.AssertGuards();
            }
        }
    }

    [Fact]
    public void A_backward_pass_without_an_input_gradient_gives_the_same_parameter_gradients()
    {
        Streamed with = new(), without = new();
        float[] x = RandomTensor.Normal(2 * Streamed.InputLength, 7), dy = RandomTensor.Normal(x.Length, 8), y = new float[x.Length];
        with.ForwardTraining(x, y);
        with.Backward(dy, new float[x.Length]);
        without.ForwardTraining(x, y);
        without.Backward(dy, []);
        foreach (Parameter parameter in with.Parameters)
            Close.AssertSameBits(parameter.Gradient, without.Parameters[parameter.Name].Gradient, parameter.Name);
    }

    [Theory]
    [InlineData(typeof(Streamed))]
    [InlineData(typeof(StreamedAny))]
    [InlineData(typeof(Max24Any))]
    public void A_lent_input_gives_the_bits_that_a_copied_one_gives(Type type)
    {
        IModule copying = (IModule)Activator.CreateInstance(type)!, borrowing = (IModule)Activator.CreateInstance(type)!;
        int channels = copying.Parameters["fc2.weight"].Shape[0];
        float[] x = RandomTensor.Normal(2 * channels * Height * Width, 11), dy = RandomTensor.Normal(x.Length, 12);
        float[] y = new float[x.Length], lentY = new float[x.Length], dx = new float[x.Length], lentDx = new float[x.Length];
        for (int step = 0; step < 2; step++)
        {
            copying.ForwardTraining(x, y, Height, Width);
            copying.Backward(dy, dx);

            // Copied and lent in turns: nothing of the step before may be left.
            if (step == 0)
                borrowing.ForwardTraining(dy, lentY, Height, Width);

            borrowing.Parameters.ZeroGradients();
            borrowing.ForwardTrainingByReference(x, lentY, Height, Width);
            borrowing.Backward(dy, lentDx);
            Close.AssertSameBits(y, lentY, "output");
            Close.AssertSameBits(dx, lentDx, "input gradient");
        }

        Assert.Throws<ArgumentException>(() => borrowing.ForwardTrainingByReference(x, x, Height, Width));
    }

    [Fact]
    public void Gradients_are_added_to_those_that_are_there()
    {
        var module = new Streamed();
        float[] x = RandomTensor.Normal(Streamed.InputLength, 9), dy = RandomTensor.Normal(x.Length, 10), y = new float[x.Length];
        module.ForwardTraining(x, y);
        module.Backward(dy, []);
        float[] once = module.Parameters["fc2.weight"].Gradient.ToArray();
        module.Backward(dy, []);
        for (int i = 0; i < once.Length; i++)
            Assert.Equal(2 * once[i], module.Parameters["fc2.weight"].Gradient[i]);

        module.Parameters.ZeroGradients();
        Assert.All(module.Parameters["fc2.weight"].Gradient.ToArray(), g => Assert.Equal(0f, g));
    }

    /// <summary>Native memory at a chosen distance from a multiple of 64 bytes, with untouched values on both sides.</summary>
    private sealed class Guarded : IDisposable
    {
        private readonly float* _memory;
        private readonly int _length, _offset;

        public Guarded(int length, int offset)
        {
            (_length, _offset) = (length, offset);
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + 2 * Guard + 16) * sizeof(float), 64);
            new Span<float>(_memory, length + 2 * Guard + 16).Fill(Untouched);
        }

        public Span<float> Span => new(_memory + Guard + _offset, _length);

        public void AssertGuards()
        {
            Assert.Equal(-1, new Span<float>(_memory, Guard + _offset).IndexOfAnyExcept(Untouched));
            Assert.Equal(-1, new Span<float>(_memory + Guard + _offset + _length, Guard).IndexOfAnyExcept(Untouched));
        }

        public void Dispose() => NativeMemory.AlignedFree(_memory);
    }
}
