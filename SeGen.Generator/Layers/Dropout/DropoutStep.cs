using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Dropout;

/// <summary>In training: some values are dropped, the others scaled.</summary>
/// <param name="Dropout">The operation.</param>
/// <param name="Number">Which of the network's dropouts it is: each has masks of its own.</param>
internal sealed record DropoutStep(DropoutOp Dropout, int Number) : LayerStep(Dropout.Output, Dropout.Layer)
{
    public override IEnumerable<int> Reads => [Dropout.Input];

    public override string Kind => "dropout";

    /// <summary>The key of its mask, for the image at hand.</summary>
    private Operand Key => new($"DropoutKey({Numbers.Text(Number)}, image)");

    public override string NameOf(NetworkSpec spec) => spec.LayerNames[Layer];

    public override string TrainingNameOf(NetworkSpec spec) => $"{spec.LayerNames[Layer]}: dropout";

    public override void Infer(StepProgram program) => throw new InvalidOperationException("Inference has no dropout.");

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Dropout.Input, y = Output;
        program.Border(y);
        values.Blocks(
            new DropoutKernel(values.PlaceOf(x), values.PlaceOf(y), Dropout.Probability, Adds: false), y, false,
            [Operand.In(Values.V(x)), Key, Operand.Ref(Values.V(y)), .. values.Size(y)]);
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Dropout.Input;
        Place place = values.GradientPlaceOf(x);
        bool adds = program.Send(x).Adds;
        values.Blocks(
            new DropoutKernel(values.GradientPlaceOf(Output), place, Dropout.Probability, adds), x, values.IsForInput(x),
            [Operand.In(Values.G(Output)), Key, Operand.Ref(Values.G(x)), .. values.Size(x)]);
    }

    public override void WriteGpu(GpuWriter net)
        => net.Line($"net.Dropout({GpuWriter.V(Dropout.Input)}, {GpuWriter.V(Output)}, number: {Number}, probability: "
            + $"{Dropout.Probability}d);");

    public override void AddKernels(KernelSet kernels, GpuPlan plan)
    {
    }

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan) => kernels.Add("dropout", PointwiseGradientKernels.Dropout);
}
