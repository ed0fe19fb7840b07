using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Ptx.Layers.Training;

namespace SeGen.Generator.Layers.Pointwise;

/// <summary>
/// y = act(x + residual), each part where there is one. With a batch norm or the factors of a gate it is a step of theirs.
/// </summary>
internal record PointwiseStep(int X, int Residual, Activation Activation, int Output, int Layer) : LayerStep(Output, Layer)
{
    public override IEnumerable<int> Reads => new[] { X, Factors, Residual }.Where(v => v >= 0);

    /// <summary>The factors of the gate that scales the input, or below 0.</summary>
    public virtual int Factors => -1;

    public override string Kind
        => string.Join(
            ", ",
            new[] { Part, Residual < 0
                ? ""
                : "add", Activation == Activation.Identity ? "" : Activation.ToString().ToLowerInvariant() }.Where(p => p.Length > 0));

    /// <summary>What it does beside adding and activating: "bn", "scale".</summary>
    protected virtual string Part => "";

    /// <summary>Whether there is a batch norm.</summary>
    protected virtual bool HasNorm => false;

    public override string NameOf(NetworkSpec spec) => spec.LayerNames[Layer];

    public override Activation Activates => Activation;

    public override string TrainingNameOf(NetworkSpec spec) => NameOf(spec) + After;

    /// <summary>What comes after it, for comments: ", add, relu".</summary>
    protected string After
        => (Residual < 0 ? "" : ", add") + (Activation == Activation.Identity ? "" : $", {Activation.ToString().ToLowerInvariant()}");

    public override void Infer(StepProgram program)
    {
        var call = new Call(Kernel(program.PlaceOf))
        {
            ["input"] = program.Value(X),
            ["weights"] = HasNorm ? program.Weights : null,
            ["factors"] = program.Optional(Factors),
            ["residual"] = program.Optional(Residual),
            ["output"] = program.Value(Output),
            ["outSize"] = program.SizeOf(Output),
        };
        program.Parallel(call, new Cuts(program.PlaceOf(X).Blocks), program.Floats(X));
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        program.Parts.Comment(TrainingNameOf(program.Spec));
        program.Border(Output);
        Operand[] residual = Residual < 0 ? [] : [Operand.In(Values.V(Residual))];
        values.Blocks(
            Kernel(values.PlaceOf), Output, false,
            [Operand.In(Values.V(X)), .. ForwardOperands(program, index), .. residual, Operand.Ref(Values.V(Output)),
                .. values.Size(Output)]);
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int y = Output;
        Place gradient = values.GradientPlaceOf(y);
        bool hasSums = HasNorm || Factors >= 0;
        Target? toResidual = Residual < 0 ? null : program.Send(Residual, false);
        Target? toInput = hasSums ? null : program.Send(X, values.IsForInput(y));
        var kernel = new PointwiseGradientKernel(
            values.PlaceOf(X), values.PlaceOf(y), gradient, Factors >= 0, HasNorm, Residual < 0 ? null : values.PlaceOf(Residual),
            Activation, toResidual, toInput);
        var operands = new List<Operand> { Operand.Ref(Values.G(y)) };
        if (kernel.ReadsOutput)
            operands.Add(Operand.In(Values.V(y)));

        if (kernel.ReadsInput)
            operands.Add(Operand.In(Values.V(X)));

        if (kernel.ReadsResidual)
            operands.Add(Operand.In(Values.V(Residual)));

        operands.AddRange(BackwardOperands(program, index, kernel.ReadsSum));
        if (toResidual is not null)
            operands.Add(Operand.Ref(Values.G(Residual)));

        if (toInput is not null)
            operands.Add(Operand.Ref(Values.G(X)));

        operands.AddRange(Sums(program, index));
        values.Blocks(kernel, y, values.IsForInput(y), [.. operands, .. values.Size(y)]);
        Finish(program, index, gradient);
    }

    public override void WriteGpu(GpuWriter net)
        => net.Line($"net.Pointwise({GpuWriter.V(X)}, {GpuWriter.V(Output)}, new GpuPointwise(){GpuWriter.Settings(GpuSettings(net))});");

    public override void AddKernels(KernelSet kernels, GpuPlan plan) => kernels.Pointwise(plan.PixelsOf(Output));

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        int pixels = plan.PixelsOf(Output);
        kernels.Pointwise(pixels);
        kernels.Add("pointwise gradient", pixels, isVector => PointwiseGradientKernels.Gradient(kernels.Activations, isVector));
    }

    /// <summary>What its kernel reads between the input and the residual, on the way forward.</summary>
    protected virtual IEnumerable<Operand> ForwardOperands(TrainingBuilder program, int index) => [];

    /// <summary>What its gradient's kernel reads for that.</summary>
    protected virtual IEnumerable<Operand> BackwardOperands(TrainingBuilder program, int index, bool readsSum) => [];

    /// <summary>Where the gradient's kernel leaves sums over the pixels.</summary>
    protected virtual IEnumerable<Operand> Sums(TrainingBuilder program, int index) => [];

    /// <summary>The rest of the way back, where sums had to come first.</summary>
    protected virtual void Finish(TrainingBuilder program, int index, Place gradient)
    {
    }

    /// <summary>Settings of its line for GPUs.</summary>
    protected virtual IEnumerable<string> GpuSettings(GpuWriter net) => GpuWriter.Ends(Factors, "", Residual, Activation);

    private PointwiseKernel Kernel(Func<int, Place> placeOf)
        => new(placeOf(X), placeOf(Output), Factors >= 0, HasNorm, Residual < 0 ? null : placeOf(Residual), Activation);
}
