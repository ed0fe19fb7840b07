using System.Numerics.Tensors;
using SeGen.Tests.Support;

namespace SeGen.Tests.Numerics;

/// <summary>Wrong arguments: what was given and what is needed; and the forms of a call that must agree.</summary>
public class ArgumentTests
{
    private readonly Bias32 _fixed = new();
    private readonly Bias32Any _any = new();

    private static int Image => Bias32.InputLength;

    [Fact]
    public void A_length_that_is_no_whole_image_is_refused()
        => AssertRefused("input", "32 x 7 x 7 = 1,568 values and was given 1,569", () => _fixed.Forward(new float[Image + 1], new float[Image]));

    [Fact]
    public void An_output_of_another_length_is_refused()
        => AssertRefused("output", "2 x 32 x 7 x 7 = 3,136 values here and was given 1,568", () => _fixed.Forward(new float[2 * Image], new float[Image]));

    [Fact]
    public void A_size_other_than_the_declared_one_is_refused()
        => AssertRefused("width", "declared for 7 x 7 pixels and was given 7 x 8", () => ((IModule)_fixed).Forward(new float[32 * 56], new float[32 * 56], 7, 8));

    [Theory]
    [InlineData(0, 3, "height")]
    [InlineData(3, -1, "width")]
    public void A_size_below_one_is_refused(int height, int width, string name)
        => AssertRefused(name, "at least 1", () => _any.Forward(new float[32 * 9], new float[32 * 9], height, width));

    [Fact]
    public void A_call_without_a_size_needs_a_declared_one()
    {
        IModule any = _any;
        Assert.Contains("does not fix Height and Width", Assert.Throws<InvalidOperationException>(() => any.Forward(new float[32], new float[32])).Message, StringComparison.Ordinal);
        Assert.Contains("does not fix Height and Width", Assert.Throws<InvalidOperationException>(() => any.ForwardTraining(new float[32], new float[32])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spans_that_overlap_otherwise_than_entirely_are_refused()
    {
        float[] memory = new float[2 * Image];
        AssertRefused("output", "these overlap otherwise", () => _fixed.Forward(memory.AsSpan(0, Image), memory.AsSpan(1, Image)));
        _fixed.ForwardTraining(new float[Image], new float[Image]);
        AssertRefused("inputGradient", "the spans overlap", () => _fixed.Backward(memory.AsSpan(0, Image), memory.AsSpan(0, Image)));
    }

    [Fact]
    public void Training_refuses_a_batch_over_MaxBatch_and_names_it()
        => AssertRefused("input", "MaxBatch = 3 images at a time and was given 4", () => _fixed.ForwardTraining(new float[4 * Image], new float[4 * Image]));

    [Fact]
    public void An_empty_batch_is_nothing_to_do_in_inference_and_refused_in_training()
    {
        _fixed.Forward([], []);
        _any.Forward([], [], 3, 3);
        AssertRefused("input", "the input is empty (a null array is an empty span)", () => _fixed.ForwardTraining([], []));
        AssertRefused("input", "the input is empty (a null array is an empty span)", () => _fixed.ForwardTraining(null, new float[Image]));
        AssertRefused("input", "the input is empty (a null array is an empty span)", () => _fixed.ForwardTrainingByReference(null, new float[Image]));
    }

    [Fact]
    public void An_argument_that_is_null_is_blamed_by_its_own_name()
    {
        AssertRefused("input", "needs one image or more of 32 x 7 x 7 values; the input is empty (a null array is an empty span)", () => _fixed.Forward(null, new float[Image]));
        AssertRefused("output", "= 1,568 values here and was given 0 (a null array is an empty span)", () => _fixed.Forward(new float[Image], null));
        AssertRefused("input", "the input is empty", () => _fixed.Excite(null, new float[32]));
        AssertRefused("gates", "was given 0 (a null array is an empty span)", () => _fixed.Excite(new float[Image], null));
        _fixed.ForwardTraining(new float[Image], new float[Image]);
        AssertRefused("outputGradient", "was given 0 (a null array is an empty span)", () => _fixed.Backward(null, new float[Image]));
        AssertRefused("targets", "targets is empty (a null array is an empty span)", () => new CrossEntropyLoss().Forward(new float[4], null, []));
        AssertRefused("logits", "0 logits are no whole rows for 2 targets", () => new CrossEntropyLoss().Forward(null, new int[2], []));
    }

    [Fact]
    public void The_size_of_an_output_can_be_asked_of_a_module_of_any_size()
    {
        Assert.Equal((32, 5, 9), Bias32Any.OutputSize(5, 9));
        Assert.Equal((40, 3, 4), Residual24To40Any.OutputSize(5, 8));
        AssertRefused("height", "at least 1", () => Bias32Any.OutputSize(0, 9));
        AssertRefused("height", "more values than a span can hold", () => Bias32Any.OutputSize(50_000, 50_000));
    }

    [Fact]
    public void A_module_for_inference_alone_has_no_public_training_and_says_why()
    {
        IModule module = new Checkpoints.NamedResiduals();
        Assert.DoesNotContain(typeof(Checkpoints.NamedResiduals).GetMethods(), m => m.Name is "ForwardTraining" or "ForwardTrainingByReference" or "Backward");
        foreach (Action call in new Action[]
        {
            () => module.ForwardTraining([], []), () => module.ForwardTraining([], [], 0, 0), () => module.ForwardTrainingByReference(null, []), () => module.Backward([], []),
        })
            Assert.Contains("is declared with InferenceOnly = true, so that no training code was generated; remove it to train", Assert.Throws<NotSupportedException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backward_needs_a_forward_pass_that_succeeded()
    {
        Assert.Throws<InvalidOperationException>(() => new Bias32().Backward(new float[Image], []));
        _fixed.ForwardTraining(new float[Image], new float[Image]);
        AssertRefused("outputGradient", "1 x 32 x 7 x 7", () => _fixed.Backward(new float[2 * Image], []));
        AssertRefused("inputGradient", "1 x 32 x 7 x 7", () => _fixed.Backward(new float[Image], new float[3]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    public void A_number_of_threads_out_of_range_is_refused(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => _fixed.Threads = threads);

    [Fact]
    public void Tensors_give_what_spans_give()
    {
        float[] x = RandomTensor.Normal(2 * Image, 1), expected = new float[x.Length], y = new float[x.Length];
        foreach (IModule module in new IModule[] { _fixed, _any })
        {
            module.Forward(x, expected, 7, 7);
            Array.Clear(y);
            module.Forward(new ReadOnlyTensorSpan<float>(x, [2, 32, 7, 7]), new TensorSpan<float>(y, [2, 32, 7, 7]));
            Close.AssertSameBits(expected, y, "output");
            module.Forward(new ReadOnlyTensorSpan<float>(x.AsSpan(0, Image), [32, 7, 7]), new TensorSpan<float>(y.AsSpan(0, Image), [32, 7, 7]));
            Close.AssertSameBits(expected.AsSpan(0, Image), y.AsSpan(0, Image), "output");
        }
    }

    [Fact]
    public void Tensors_of_other_shapes_are_refused()
    {
        float[] x = new float[2 * Image];
        AssertRefused("input", "[32, H, W] or [N, 32, H, W] and was given [2, 31, 7, 7]", () => _fixed.Forward(new ReadOnlyTensorSpan<float>(x, [2, 31, 7, 7]), new TensorSpan<float>(x, [2, 32, 7, 7])));
        AssertRefused("input", "was given [3136]", () => _fixed.Forward(new ReadOnlyTensorSpan<float>(x, [3136]), new TensorSpan<float>(x, [2, 32, 7, 7])));
        AssertRefused("output", "2 x 32 x 7 x 7 here and was given 1 x 32 x 7 x 14", () => _fixed.Forward(new ReadOnlyTensorSpan<float>(x, [2, 32, 7, 7]), new TensorSpan<float>(x, [1, 32, 7, 14])));
        AssertRefused("input", "dense", () => _fixed.Forward(new ReadOnlyTensorSpan<float>(x, [1, 32, 7, 7], [0, 98, 14, 2]), new TensorSpan<float>(x, [1, 32, 7, 7])));

        // Channels last: every value once, but not in the order of [N, C, H, W].
        AssertRefused("input", "dense", () => _fixed.Forward(new ReadOnlyTensorSpan<float>(x, [1, 32, 7, 7], [0, 1, 224, 32]), new TensorSpan<float>(x, [1, 32, 7, 7])));
    }

    [Fact]
    public void Excite_gives_the_factors_that_Forward_applies()
    {
        float[] x = RandomTensor.Normal(3 * Image, 2), y = new float[x.Length], gates = new float[3 * 32];
        _fixed.Forward(x, y);
        _fixed.Excite(x, gates);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(gates[i / 49] * x[i], y[i]);

        AssertRefused("gates", "3 x 32 = 96 values here and was given 32", () => _fixed.Excite(x, new float[32]));
    }

    private static void AssertRefused(string name, string text, Action call)
    {
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Equal(name, e.ParamName);
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
    }
}
