using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Pointwise;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Ptx.Layers.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Norm;

/// <summary>y = act(norm(x) + residual).</summary>
internal sealed record NormStep(int X, BatchNormOp Norm, int Residual, Activation Activation, int Output, int Layer)
    : PointwiseStep(X, Residual, Activation, Output, Layer)
{
    public override bool HasParameters => true;

    public override long ParameterCount => 2L * Norm.Channels;

    protected override string Part => "bn";

    protected override bool HasNorm => true;

    public override string NameOf(NetworkSpec spec) => Norm.Name;

    public override void Infer(StepProgram program)
    {
        program.Pack(new NormPacking(Norm), 2 * program.PlaceOf(X).PaddedChannels);
        base.Infer(program);
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        Place x = values.PlaceOf(X);
        program.Parts.Comment($"{Norm.Name}: statistics");
        program.Parts.Declare(Values.S(index), X, null, 2 * x.PaddedChannels);
        values.Blocks(new StatisticsKernel(x), X, false, [Operand.In(Values.V(X)), Operand.Ref(Values.S(index)), .. values.Size(X)]);
        program.Parts.After(new BatchPart(
            $"{Field(index)}.Forward",
            [Operand.Ref(Values.S(index)), new Operand("Stride"), new Operand("Batch"), new Operand(values.Pixels(X)),
                new Operand("IsFrozen")]));
        program.Parts.Break();
        program.Add(new TrainedLayer(
            Field(index), "BatchNormLayer",
            $"{Literal.Of(Norm.Name)}, {Numbers.Text(Norm.Channels)}, {Numbers.Text(Norm.Epsilon)}d, {Numbers.Text(Norm.Momentum)}d",
            TrainingNameOf(program.Spec)));
        base.Train(program, index);
    }

    public override void AddKernels(KernelSet kernels, GpuPlan plan)
    {
        base.AddKernels(kernels, plan);
        kernels.Fold();
    }

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        base.AddTrainingKernels(kernels, plan);
        int pixels = plan.PixelsOf(Output);
        kernels.Add("norm statistics", pixels, NormKernels.Statistics);
        kernels.Add("norm normalize", NormKernels.Normalize);
        kernels.Add("norm slopes", NormKernels.Slopes);
        kernels.Add("norm gradient", pixels, NormKernels.Gradient);
    }

    protected override IEnumerable<Operand> ForwardOperands(TrainingBuilder program, int index)
        => [new Operand($"in {Field(index)}.Affine")];

    protected override IEnumerable<Operand> BackwardOperands(TrainingBuilder program, int index, bool readsSum)
    {
        if (readsSum)
            yield return new Operand($"in {Field(index)}.Affine");

        yield return new Operand($"in {Field(index)}.Means");
    }

    protected override IEnumerable<Operand> Sums(TrainingBuilder program, int index)
    {
        program.Parts.Declare(Values.S(index), X, null, 2 * program.Values.PlaceOf(X).PaddedChannels);
        return [Operand.Ref(Values.S(index))];
    }

    protected override void Finish(TrainingBuilder program, int index, Place gradient)
    {
        Values values = program.Values;
        program.Parts.After(new BatchPart(
            $"{Field(index)}.Backward",
            [Operand.In(Values.S(index)), new Operand("Stride"), new Operand("Batch"), new Operand(values.Pixels(X))]));
        program.Parts.Break();
        values.Blocks(
            new NormGradientKernel(values.PlaceOf(X), gradient, program.Send(X)), X, values.IsForInput(X),
            [Operand.In(Values.G(Output)), Operand.In(Values.V(X)), new Operand($"in {Field(index)}.Slopes"), Operand.Ref(Values.G(X)),
                .. values.Size(X)]);
    }

    protected override IEnumerable<string> GpuSettings(GpuWriter net)
        => GpuWriter.Ends(-1, Norm.Source, Residual, Activation).Append(net.IsTraining ? $"Momentum = {Numbers.Text(Norm.Momentum)}d" : "");

    private static string Field(int step) => $"_norm{Numbers.Text(step)}";
}

/// <summary>A factor and a summand for each channel.</summary>
internal sealed record NormPacking(BatchNormOp Norm) : Packing
{
    public override string Write(string slice) => $"NormPacking.Pack({slice}, {Norm.Source});";
}
