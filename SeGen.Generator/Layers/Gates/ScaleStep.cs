using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates;

/// <summary>y = act(factors * x + residual), the factors those of a gate.</summary>
internal sealed record ScaleStep(int X, GateOp Scaling, int Residual, Activation Activation, int Output, int Layer, GateSpec Gate)
    : PointwiseStep(X, Residual, Activation, Output, Layer)
{
    public override int Factors => Scaling.Factors;

    protected override string Part => "scale";

    private ExciteTrainingKernel Excite => new(Gate);

    public override string TrainingNameOf(NetworkSpec spec) => $"{NameOf(spec)}, scale{After}";

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        base.AddTrainingKernels(kernels, plan);
        kernels.Add("gate gradient", plan.PixelsOf(Output), PointwiseGradientKernels.Gate);
    }

    protected override IEnumerable<Operand> ForwardOperands(TrainingBuilder program, int index)
        => [Operand.In(Values.V(Factors), Excite.At("GatesAt"))];

    protected override IEnumerable<Operand> BackwardOperands(TrainingBuilder program, int index, bool readsSum)
        => readsSum ? [Operand.In(Values.V(Factors), Excite.At("GatesAt"))] : [];

    protected override IEnumerable<Operand> Sums(TrainingBuilder program, int index)
        => [Operand.Ref(Values.V(Factors), Excite.At("GateGradientsAt"))];

    protected override void Finish(TrainingBuilder program, int index, Place gradient)
    {
        Values values = program.Values;
        ExciteTrainingKernel gate = Excite;
        SEBlockPlan plan = gate.Plan;
        BufferId scratch = Values.V(Factors);
        string layer = FactorsStep.Field(Factors), maxima = plan.Gate.Squeeze == Squeeze.Max ? "SqueezedAt" : "MaximaAt";
        if (plan.HasMaximum)
        {
            values.Blocks(
                new TiesKernel(values.PlaceOf(X)), X, false,
                [Operand.In(Values.V(X)), Operand.In(scratch, gate.At(maxima)), Operand.Ref(scratch, gate.At("TiesAt")),
                    .. values.Size(X)]);
        }

        Operand[] share = gate.NeedsShare ? [new Operand(Share(values, plan.Gate.Squeeze))] : [];
        program.Parts.Image(
            $"{gate.Name}.Gradients", gate, "", plan.MultiplyAdds / Cost.MultiplyAddsOfFloat, false,
            [new Operand($"in {layer}.Weights"), Operand.Ref(scratch), .. share]);
        if (gate.HasParameters)
            program.Parts.After(new BatchPart(
                $"{gate.Name}.ParameterGradients",
                [Operand.Ref(scratch), new Operand("(nuint)Stride"), new Operand("(nuint)Batch"), new Operand($"ref {layer}.Sums")]));

        var operands = new List<Operand> { Operand.In(Values.G(Output)) };
        if (plan.HasMaximum)
            operands.Add(Operand.In(Values.V(X)));

        operands.Add(Operand.In(scratch, gate.At("GatesAt")));
        if (plan.HasMean)
            operands.Add(Operand.In(scratch, gate.At("SqueezedGradientsAt")));

        if (plan.HasMaximum)
            operands.AddRange([Operand.In(scratch, gate.At(maxima)), Operand.In(scratch, gate.At("TiesAt"))]);

        values.Blocks(
            new GateGradientKernel(values.PlaceOf(X), gradient, plan.HasMean, plan.HasMaximum, program.Send(X)), X, values.IsForInput(X),
            [.. operands, Operand.Ref(Values.G(X)), .. values.Size(X)]);
    }

    /// <summary>What part of a sum over pixels each of them has in the squeeze.</summary>
    private string Share(Values values, Squeeze squeeze)
    {
        Place place = values.PlaceOf(X);
        string side(string name, int pixels) => place.IsFixed ? $"{Numbers.Text(pixels)}f" : $"(float){values.SizeName(X)}.{name}";
        return SqueezeKernel.Share(
            squeeze == Squeeze.MeanMaxAverage ? Squeeze.Mean : squeeze, side("Height", place.Height), side("Width", place.Width));
    }
}
