using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Conv.Winograd;
using SeGen.Generator.Layers.Norm;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// y = act(conv(factors * x) + residual), the factors a gate's where there is one, the batch norm folded into weights and bias; perhaps
/// with the sums of each channel for a gate.
/// </summary>
internal sealed partial record ConvStep(ConvOp Conv, BatchNormOp? Norm, int Residual, Activation Activation, bool HasSums, int Output)
    : LayerStep(Output, Conv.Layer)
{
    /// <summary>Cuts of two steps that run together: with fewer, threads would wait for each other.</summary>
    private const int LeastColumns = 6;

    /// <summary>The factors of the gate that scales its input, or below 0.</summary>
    public int Factors { get; init; } = -1;

    public int X => Conv.Input;

    public override IEnumerable<int> Reads => new[] { X, Factors, Residual }.Where(v => v >= 0);

    public override bool LeavesSums => HasSums;

    public override bool HasParameters => true;

    public override int GradientBorder => Conv.GradientBorder;

    public override string Kind
    {
        get
        {
            string kernel = Numbers.Text(Conv.Window.Kernel);
            string[] parts =
            [
                Factors < 0 ? "" : "scale", $"conv {kernel}x{kernel}", Norm is null ? "" : "bn", Residual < 0 ? "" : "add",
                Activation == Activation.Identity ? "" : Activation.ToString().ToLowerInvariant(), HasSums ? "squeeze" : "",
            ];
            return string.Join(", ", parts.Where(p => p.Length > 0));
        }
    }

    public override long ParameterCount => Conv.Weights + (Conv.HasBias ? Conv.Channels : 0) + (Norm is null ? 0 : 2L * Conv.Channels);

    public override string NameOf(NetworkSpec spec) => Conv.Name;

    public override Activation Activates => Activation;

    public override long MultiplyAddsOf(Graph graph) => Conv.Weights * graph.SizeOf(graph.Tensors[Output]).Pixels;

    public override int BorderOf(int value) => value == X ? Conv.Window.Padding : 0;

    public override bool ReadsPlanes(int value) => Conv.Groups == 1 && Residual != value;

    public override int Bands(NetworkPlanner planner) => KernelOf(planner).Bands;

    /// <summary>Whether two steps run together: a dense convolution, and a depthwise one that filters its channels.</summary>
    public override bool CanJoin(NetworkPlanner planner, LayerStep next)
        => !HasSums && next is ConvStep filter && filter.X == Output
            && KernelOf(planner) is ConvKernel { Form: ConvForm.Dense, Out: { IsFixed: true, Blocks: >= LeastColumns } }
            && filter.KernelOf(planner) is ConvKernel { Form: ConvForm.Depthwise };

    /// <summary>A cut is all pixels of some channels by the first, then what the second makes of them.</summary>
    public override Phase Join(Phase own, Phase next)
    {
        (ConvKernel dense, ConvKernel depthwise) = ((ConvKernel)own.Parts[0].Call.Kernel, (ConvKernel)next.Parts[0].Call.Kernel);
        return next with
        {
            Cuts = new Cuts(dense.Columns),
            Work = new Work(dense.Work + depthwise.Work),
            Parts = [(own.Parts[0].Call, dense.Bands), (next.Parts[0].Call, dense.BlocksTogether * depthwise.Bands)],
        };
    }

    public override void Infer(StepProgram program)
    {
        ConvolutionKernel kernel = KernelOf(program.Planner);
        program.Pack(new ConvPacking(Conv, Norm, kernel.PackedLayout, kernel.PackedInputs), kernel.WeightsLength);
        Argument input = program.Value(X);
        if (kernel is WinogradKernel winograd)
        {
            program.Computes(winograd.MultiplyAdds(Conv.InChannels, Conv.Channels));
            if (winograd.IsPhased)
            {
                program.Declare(BufferRole.Tiles, winograd.TilesLength);
                Argument tiles = StepProgram.Beside(BufferRole.Tiles, Output);
                program.Parallel(
                    new Call(
                        winograd,
                        WinogradKernel.TransformMethod)
                    { ["input"] = input, ["transformed"] = tiles, ["workspace"] = program.Workspace },
                    new Cuts(winograd.TransformCuts), WorkOf(program, kernel));
                input = tiles;
            }
        }

        if (HasSums)
            program.Declare(
                BufferRole.Sums, kernel.Out.PaddedChannels * (kernel.Out.IsFixed ? kernel.Bands : 1),
                kernel.Out.IsFixed ? 0 : ConvKernel.DynamicRows);

        var call = new Call(kernel)
        {
            [kernel is WinogradKernel { IsPhased: true } ? "transformed" : "input"] = input,
            ["weights"] = program.Weights,
            ["factors"] = program.Optional(Factors),
            ["residual"] = program.Optional(Residual),
            ["output"] = program.Value(Output),
            ["sums"] = HasSums ? StepProgram.Beside(BufferRole.Sums, Output) : null,
            ["inSize"] = program.SizeOf(X),
            ["outSize"] = program.SizeOf(Output),
            ["workspace"] = kernel is WinogradKernel ? program.Workspace : null,
        };
        program.Parallel(call, kernel.CutsOf(program.OpenSize(Output)), WorkOf(program, kernel));
    }

    public override void WriteGpu(GpuWriter net)
    {
        Window window = Conv.Window;
        string[] settings =
        [
            window.Stride == 1 ? "" : $"Stride = {Numbers.Text(window.Stride)}",
            window.Padding == 0 ? "" : $"Padding = {Numbers.Text(window.Padding)}",
            window.Dilation == 1 ? "" : $"Dilation = {Numbers.Text(window.Dilation)}",
            Conv.Groups == 1 ? "" : $"Groups = {Numbers.Text(Conv.Groups)}",
            HasSums ? $"Sums = sums{Numbers.Text(Output)}" : "",
            .. GpuWriter.Ends(Factors, Norm?.Source ?? "", Residual, Activation),
        ];
        net.Line($"net.Convolve({GpuWriter.V(X)}, {GpuWriter.V(Output)}, new GpuConv({Literal.Of(Conv.Name)}, Kernel: "
            + $"{window.Kernel}){GpuWriter.Settings(settings)});");
    }

    public override void AddKernels(KernelSet kernels, GpuPlan plan)
    {
        if (IsDepthwise)
            kernels.Depthwise();
        else
            kernels.Product(plan.PixelsOf(Output));

        if (Norm is not null)
            kernels.Fold();
    }

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        (int pixels, int outPixels) = (plan.PixelsOf(X), plan.PixelsOf(Output));
        kernels.WeightGradients(IsDepthwise, Conv.HasBias, outPixels);
        if (IsDepthwise)
            kernels.Depthwise();
        else
            kernels.Product(outPixels);

        // Gradients of inputs come back through the same kernels; several channels of the output for one of the input make it a product.
        if (!IsDepthwise || Conv.Channels != Conv.InChannels)
            kernels.Product(pixels);
    }

    /// <summary>Whether it has a channel of the input for each of the output, so that on a GPU it is no product of matrices.</summary>
    private bool IsDepthwise => Conv.Groups > 1 && Conv.GroupInputs == 1;

    /// <summary>The kernel that computes it in inference.</summary>
    private ConvolutionKernel KernelOf(NetworkPlanner planner)
    {
        ConvolutionKernel kernel = ConvolutionChoice.Of(
            Conv, planner.PlaceOf(X), planner.PlaceOf(Output), Taps.Of(Conv.Window), Activation,
            Residual < 0 ? null : planner.PlaceOf(Residual), HasSums,
            planner.Convolutions, Factors >= 0);
        return kernel is ConvKernel direct && planner.IsJoined(Output) && direct.Columns < LeastColumns
            ? direct with { IsNarrow = true }
            : kernel;
    }

    private Work WorkOf(StepProgram program, ConvolutionKernel kernel) => new(kernel.Work, program.OpenSize(Output));
}

/// <summary>Weights with the batch norm folded in, in the order in which a kernel reads them.</summary>
internal sealed record ConvPacking(ConvOp Conv, BatchNormOp? Norm, string Layout, int Inputs) : Packing
{
    public override string Write(string slice)
        => $"ConvPacking.Pack({slice}, {Literal.Of(Conv.Name)}, {Norm?.Source ?? "null"}, new ConvShape({Numbers.Text(Conv.Channels)}, "
            + $"{Numbers.Text(Conv.InChannels)}, "
        + $"{Numbers.Text(Conv.Window.Kernel)}, {Numbers.Text(Conv.Groups)}, ConvLayout.{Layout}, {Numbers.Text(Inputs)}));";
}
