using SeGen.Cuda.Layers;
using SeGen.Generator.Model;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using Model = SeGen.Generator.Model;
using Plan = SeGen.Cuda.Layers.ProductPlan;
using Tile = SeGen.Generator.Ptx.Layers.ProductTile;

namespace SeGen.Tests.Ptx.Layers;

/// <summary>Convolutions on a GPU against the textbook's sums: every tile, ragged edges, groups, strides, dilation, split depths, epilogues.</summary>
[Trait("Category", "Ptx")]
public class ConvKernelTests
{
    public static TheoryData<int, int, int, int, int, int, int, int, int, int> Shapes => new()
    {
        // images, groups, inputs, outputs, height, width, kernel, stride, padding, dilation
        { 2, 1, 3, 20, 9, 8, 3, 1, 1, 1 },
        { 3, 1, 12, 70, 8, 8, 1, 1, 0, 1 },
        { 2, 1, 5, 9, 11, 7, 5, 2, 2, 1 },
        { 1, 1, 3, 33, 14, 14, 7, 2, 3, 1 },
        { 2, 3, 6, 12, 6, 6, 3, 1, 1, 1 },
        { 2, 1, 7, 4, 10, 10, 3, 1, 2, 2 },
        { 5, 1, 40, 17, 1, 1, 1, 1, 0, 1 },
        { 2, 4, 8, 4, 7, 5, 3, 2, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_convolution_is_the_textbooks(int images, int groups, int inputs, int outputs, int height, int width, int kernel, int stride, int padding, int dilation)
    {
        int Side(int side) => (side + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        var shape = new ConvGeometry(groups, inputs, outputs, height, width, kernel, kernel, stride, -padding, -padding, dilation, Side(height), Side(width));
        for (int tile = 0; tile < Tile.All.Length; tile++)
        {
            foreach ((int splits, bool hasSums, bool hasAll) in new[] { (1, false, false), (1, true, true), (2, true, true) })
                Check(shape, images, tile, splits, hasSums, hasAll, SeGen.Generator.Model.Activation.ReLU);
        }
    }

    [Theory]
    [InlineData(SeGen.Generator.Model.Activation.Identity)]
    [InlineData(SeGen.Generator.Model.Activation.ReLU6)]
    [InlineData(SeGen.Generator.Model.Activation.SiLU)]
    [InlineData(SeGen.Generator.Model.Activation.HardSwish)]
    public void Every_activation_ends_one(SeGen.Generator.Model.Activation activation)
        => Check(new ConvGeometry(1, 4, 6, 6, 6, 3, 3, 1, -1, -1, 1, 6, 6), 2, 2, 1, hasSums: true, hasAll: true, activation);

    [Fact]
    public void A_gates_factors_scale_the_input()
        => Check(new ConvGeometry(1, 24, 10, 6, 6, 1, 1, 1, 0, 0, 1, 6, 6), 3, 1, 2, hasSums: false, hasAll: true, SeGen.Generator.Model.Activation.Identity, isScaled: true);

    /// <summary>On tensor cores: with factors that TF32 has, the products are exact; with others they are as near as its ten bits.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Tensor_cores_compute_it_in_tf32(int images, int groups, int inputs, int outputs, int height, int width, int kernel, int stride, int padding, int dilation)
    {
        int Side(int side) => (side + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        var shape = new ConvGeometry(groups, inputs, outputs, height, width, kernel, kernel, stride, -padding, -padding, dilation, Side(height), Side(width));
        for (int tile = 0; tile < Tile.All.Length; tile++)
        {
            Check(shape, images, tile, 1, hasSums: true, hasAll: true, SeGen.Generator.Model.Activation.ReLU, onTensorCores: true, isRounded: true);
            Check(shape, images, tile, 2, hasSums: true, hasAll: false, SeGen.Generator.Model.Activation.Identity, onTensorCores: true);
        }
    }

    [Theory]
    [InlineData("mov.b32 %factor2, %rounded", "mov.f32 %factor2, %weight5", "not rounded")]
    [InlineData("    bar.sync 0;\n    bra step;", "    bra step;", "race on shared|was never written")]
    [InlineData("mma.sync.aligned", "@%isRow mma.sync.aligned", "has left|wait|differs|for ever")]
    public void A_fault_on_tensor_cores_is_found(string from, string to, string messages) => Found(from, to, messages, onTensorCores: true);

    [Theory]
    [InlineData("    bar.sync 0;\n    bra step;", "    bra step;", "race on shared")]
    [InlineData("    bar.sync 0;\nstep:", "step:", "race on shared|was never written")]
    [InlineData("ld.param.u32 %height, [height]", "ld.param.u32 %height, [width]", "differs|beyond")]
    [InlineData("neg.s32 %turn, %turn", "add.u32 %turn, %turn, 4", "beyond|race on shared|was never written|differs")]
    [InlineData("setp.lt.u32 %isThere5,", "setp.ne.u32 %isThere5,", "beyond|race on y|differs")]
    public void A_fault_in_the_kernel_is_found(string from, string to, string messages) => Found(from, to, messages, onTensorCores: false);

    /// <summary>By two multiplications, for every divisor that may come.</summary>
    [Fact]
    public void Numbers_are_divided_by_what_comes_with_the_launch()
    {
        var random = new Random(3);
        foreach (int divisor in Enumerable.Range(1, 300).Concat(Enumerable.Range(0, 300).Select(_ => random.Next(1, int.MaxValue))).Append(int.MaxValue))
        {
            ulong[] numbers = [.. new LaunchArguments().Divisor(divisor).Values];
            foreach (int value in Enumerable.Range(0, 50).Select(_ => random.Next()).Concat([0, 1, divisor - 1, divisor, int.MaxValue]))
                Assert.Equal(value / divisor, (int)((uint)((uint)value * numbers[1] >> 32) + (uint)value >> (int)numbers[2]));
        }
    }

    private static void Found(string from, string to, string messages, bool onTensorCores)
    {
        int changed = 0;
        string change(string text)
        {
            changed += text.Contains(from, StringComparison.Ordinal) ? 1 : 0;
            return text.Replace(from, to, StringComparison.Ordinal);
        }

        string found = Record.Exception(() => Check(new ConvGeometry(1, 10, 70, 9, 7, 3, 3, 1, -1, -1, 1, 9, 7), 2, 1, 1, hasSums: false, hasAll: false, SeGen.Generator.Model.Activation.Identity, change: change, onTensorCores: onTensorCores))?.Message ?? "nothing";
        Assert.Equal(1, changed);
        Assert.True(messages.Split('|').Any(m => found.Contains(m, StringComparison.Ordinal)), found);
    }

    private static void Check(ConvGeometry shape, int images, int tile, int splits, bool hasSums, bool hasAll, SeGen.Generator.Model.Activation activation, bool isScaled = false, Func<string, string>? change = null,
        bool onTensorCores = false, bool isRounded = false)
    {
        Tile emitted = Tile.All[tile];
        var run = new LayerRun(change, ConvProduct.Write(emitted, new ActivationCode(HasSiLU: true, HasHardSwish: true), onTensorCores), ChannelKernels.Join(new ActivationCode(HasSiLU: true, HasHardSwish: true), shape.IsVector));
        int splitDepth = splits == 1 ? (shape.Depth + 7) / 8 * 8 : Math.Max(8, shape.Depth / splits / 8 * 8);
        var launch = new ConvLaunch(shape, images, hasSums, 108, new Plan(ProductTiles.All[tile], (shape.Depth + splitDepth - 1) / splitDepth, splitDepth));
        int plane = shape.OutPixels, length = images * shape.Channels * plane;
        float[] x = run.Random(images * shape.InChannels * shape.Height * shape.Width), weights = run.Random(shape.Channels * shape.Depth);
        if (isRounded)
            (x, weights) = (Rounded(x), Rounded(weights));

        float[] scale = run.Random(shape.Channels), shift = run.Random(shape.Channels), residual = run.Random(length), factors = run.Random(images * shape.InChannels);
        ulong y = run.Room(length, "y"), sums = run.Room((long)images * Math.Max(4 * launch.SumParts, 8) * shape.Channels, "sums");
        var tensors = new ConvTensors(run.Put(x, "x"), run.Put(weights, "weights"), run.Put(shape.Taps(), "taps"), y)
        {
            Factors = isScaled ? run.Put(factors, "factors") : 0,
            Scale = hasAll ? run.Put(scale, "scale") : 0,
            Shift = hasAll ? run.Put(shift, "shift") : 0,
            Residual = hasAll ? run.Put(residual, "residual") : 0,
            Sums = hasSums ? sums : 0,
            Parts = launch.IsSplit ? run.Room(launch.PartsLength, "parts") : 0,
        };
        run.Launch(ConvProduct.Name(emitted), launch.Grid, emitted.Threads, launch.Arguments(tensors, (Activation)activation), seed: 1);
        int parts = launch.SumParts * (onTensorCores ? ProductTiles.All[tile].TensorParts : 1);
        double tolerance = onTensorCores && !isRounded ? 1.5e-3 : 4e-6;
        if (launch.IsSplit)
        {
            var join = new ChannelLaunch(images, shape.Channels, plane);
            run.Launch(
                ChannelKernels.Name("join", shape.IsVector), join.Grid, ChannelLaunch.Threads,
                join.Arguments([tensors.Parts, y, tensors.Scale, tensors.Shift, tensors.Residual, tensors.Sums]).Number(launch.Plan.Splits, length).Activation((Activation)activation), seed: 1);
            parts = join.Chunks;
        }

        double[] expected = Textbook(shape, images, x, weights, isScaled ? factors : null);
        for (int i = 0; i < length && hasAll; i++)
            expected[i] = expected[i] * scale[i / plane % shape.Channels] + shift[i / plane % shape.Channels] + residual[i];

        expected = [.. expected.Select(v => Activate(activation, v))];
        LayerRun.Close(expected, run.Memory.Floats(y, length), tolerance);
        if (!hasSums)
            return;

        float[] ofParts = run.Memory.Floats(sums, images * parts * shape.Channels);
        LayerRun.Close(
            [.. Enumerable.Range(0, images * shape.Channels).Select(row => expected.Skip(row * plane).Take(plane).Sum())],
            [.. Enumerable.Range(0, images * shape.Channels).Select(row => Enumerable.Range(0, parts).Sum(p => ofParts[(row / shape.Channels * parts + p) * shape.Channels + row % shape.Channels]))], tolerance);
    }

    /// <summary>What TF32 has of each value.</summary>
    private static float[] Rounded(float[] values) => [.. values.Select(v => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(v) & 0xffffe000))];

    /// <summary>y[n, o, p] = sum of W[o, i, t] x[n, i, p s + t].</summary>
    internal static double[] Textbook(ConvGeometry shape, int images, float[] x, float[] weights, float[]? factors = null)
    {
        var y = new double[images * shape.Channels * shape.OutPixels];
        for (int at = 0; at < y.Length; at++)
        {
            int column = at % shape.OutWidth, row = at / shape.OutWidth % shape.OutHeight, channel = at / shape.OutPixels % shape.Channels, image = at / shape.OutPixels / shape.Channels;
            for (int k = 0; k < shape.Depth; k++)
            {
                int j = k % shape.KernelWidth, i = k / shape.KernelWidth % shape.KernelHeight, of = k / shape.KernelWidth / shape.KernelHeight;
                int input = channel / shape.Rows * shape.GroupInputs + of;
                int r = row * shape.Stride + shape.Top + i * shape.Dilation, c = column * shape.Stride + shape.Left + j * shape.Dilation;
                if (r >= 0 && r < shape.Height && c >= 0 && c < shape.Width)
                    y[at] += (double)weights[channel * shape.Depth + k] * x[((image * shape.InChannels + input) * shape.Height + r) * shape.Width + c] * (factors?[image * shape.InChannels + input] ?? 1);
            }
        }

        return y;
    }

    internal static double Activate(SeGen.Generator.Model.Activation activation, double value) => activation switch
    {
        SeGen.Generator.Model.Activation.ReLU => Math.Max(value, 0),
        SeGen.Generator.Model.Activation.ReLU6 => Math.Clamp(value, 0, 6),
        SeGen.Generator.Model.Activation.SiLU => value / (1 + Math.Exp(-value)),
        SeGen.Generator.Model.Activation.HardSwish => value * Math.Clamp(value / 6 + 0.5, 0, 1),
        _ => value,
    };
}
