using SeGen.CompilerServices;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Sizes and numbers beyond reason: what is asked for follows what is there, and what cannot be says so.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "Numeric")]
public class LimitTests
{
    [Fact]
    public void Scratch_follows_the_batch_that_comes_and_not_the_largest_that_may()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var gate = new MillionGate(1) { Threads = 1 };
        float[] x = RandomTensor.Normal(2 * MillionGate.InputLength, 1), y = new float[x.Length], dx = new float[x.Length];
        gate.Forward(x, y);
        gate.ForwardTraining(x, y);
        gate.Backward(y, dx);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1 << 20);

        // A larger batch after it gives the bits of one that came first.
        float[] many = RandomTensor.Normal(9 * MillionGate.InputLength, 2), grown = new float[many.Length], fresh = new float[many.Length];
        gate.ForwardTraining(many, grown);
        gate.Backward(grown, []);
        var other = new MillionGate(1);
        other.ForwardTraining(many, fresh);
        other.Backward(fresh, []);
        Close.AssertSameBits(fresh, grown, "output");
        gate.Parameters.ZeroGradients();
        other.Parameters.ZeroGradients();
        gate.Backward(fresh, []);
        other.Backward(fresh, []);
        foreach (Parameter parameter in gate.Parameters)
            Close.AssertSameBits(other.Parameters[parameter.Name].Gradient, parameter.Gradient, parameter.Name);
    }

    [Fact]
    public void More_threads_than_processors_are_not_used()
    {
        int useful = SeGenThreads.MostUseful;
        try
        {
            Assert.Equal(64, useful);
            SeGenThreads.MostUseful = 3;
            Assert.Equal((3, 2, 1), (SeGenThreads.Useful(1024), SeGenThreads.Useful(2), SeGenThreads.Useful(1)));
            var module = new Residual16Any { Threads = SeGenThreads.Maximum };
            float[] x = RandomTensor.Normal(200 * 16 * 3 * 3, 1), y = new float[x.Length], expected = new float[x.Length];
            long before = GC.GetTotalAllocatedBytes(precise: true);
            module.Forward(x, y, 3, 3);

            // Scratch for three threads, and not for two hundred.
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 4 << 20);
            new Residual16Any { Threads = 1 }.Forward(x, expected, 3, 3);
            Close.AssertSameBits(expected, y, "output");
        }
        finally
        {
            SeGenThreads.MostUseful = useful;
        }
    }

    [Fact]
    public unsafe void An_image_whose_values_no_array_holds_is_refused_with_their_number()
    {
        // 50,000 x 50,000 of one channel: the input alone would be ten gigabytes, and is never touched before it is refused.
        var net = new OneChannel();
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => ((IModule)net).Forward([], new float[1], 50_000, 50_000));
        Assert.Contains("has more values than a span can hold", e.Message, StringComparison.Ordinal);

        // 12,000 x 12,000: an image can be given, but blocks of 16 channels of it are more than an array holds.
        const int Side = 12_000;
        InvalidOperationException arena = Assert.Throws<InvalidOperationException>(() =>
        {
            // Addresses that are only compared.
            var input = new ReadOnlySpan<float>((void*)0x1_0000, Side * Side);
            var output = new Span<float>((byte*)0x1_0000 + (long)Side * Side * sizeof(float), Side * Side);
            ((IModule)net).Forward(input, output, Side, Side);
        });
        Assert.StartsWith("SeGen.Tests.Numerics.OneChannel: inference on an image of 12000 x 12000 takes ", arena.Message, StringComparison.Ordinal);
        Assert.EndsWith(" floats, more than an array holds; use smaller images.", arena.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Packing_that_fails_is_done_again_by_the_next_call()
    {
        var definition = new FailingDefinition();
        var weights = new PackedWeights(definition, seed: 0);
        Assert.Throws<InvalidDataException>(() => weights.Current(1));
        Assert.Throws<InvalidDataException>(() => weights.Current(2));
        definition.Fails = false;
        Assert.Equal(weights.Parameters.Version, weights.Current(1).Version);
        Assert.Equal(2, definition.Packed);
        weights.Parameters[0].Write()[0] = 1;
        definition.Fails = true;
        Assert.Throws<InvalidDataException>(() => weights.Current(1));
        definition.Fails = false;
        _ = weights.Current(1);
        Assert.Equal(4, definition.Packed);
    }

    /// <summary>A module of two parts, whose packing can fail.</summary>
    private sealed class FailingDefinition : ModuleDefinition
    {
        public bool Fails { get; set; } = true;

        public int Packed { get; private set; }

        public override string Name => "Failing";

        public override int InputChannels => 1;

        public override int OutputChannels => 1;

        public override int MaxBatch => 1;

        public override int PackedLength => 2;

        public override int PackedParts => 2;

        public override ParameterSpec[] CreateParameters(Random random) => [new("w", [2], BlockKind.Gate, Initializer.Constant(1))];

        public override void PackPart(int part, ParameterSet parameters, Span<float> packed)
        {
            if (Fails)
                throw new InvalidDataException("mine");

            Packed++;
        }

        public override ForwardRun CreateForward(PackedWeights weights) => throw new NotSupportedException();
    }
}

/// <summary>A gate for batches that never come.</summary>
[SEBlock(32, Reduction = 4, Height = 3, Width = 3, MaxBatch = 1_000_000)]
public partial class MillionGate;

/// <summary>A convolution of any size.</summary>
[SENetwork(1, InferenceOnly = true), Conv(1, Name = "conv")]
public partial class OneChannel;
