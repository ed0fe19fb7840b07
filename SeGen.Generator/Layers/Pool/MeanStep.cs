using SeGen.Generator.Ir;
using SeGen.Generator.Layers.Gates;
using SeGen.Generator.Model;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Ptx.Layers.Training;

namespace SeGen.Generator.Layers.Pool;

/// <summary>The mean over the pixels of each channel.</summary>
internal sealed record MeanStep(GlobalPoolOp Pool) : LayerStep(Pool.Output, Pool.Layer)
{
    public override IEnumerable<int> Reads => [Pool.Input];

    public override string Kind => "mean";

    public override string NameOf(NetworkSpec spec) => spec.LayerNames[Layer];

    public override string TrainingNameOf(NetworkSpec spec) => $"{NameOf(spec)}: mean";

    public override void Infer(StepProgram program)
    {
        int x = Pool.Input;
        var call = new Call(new SqueezeKernel(program.PlaceOf(x), Squeeze.Mean) { Border = program.PlaceOf(Output).Border })
        {
            ["input"] = program.Value(x),
            ["squeezed"] = program.Value(Output),
            ["inSize"] = program.SizeOf(x),
        };
        program.Parallel(call, new Cuts(program.PlaceOf(x).Blocks), program.Floats(x));
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Pool.Input;
        program.Border(Output);
        values.Blocks(
            new SqueezeKernel(values.PlaceOf(x), Squeeze.Mean) { Border = values.PlaceOf(Output).Border }, x, false,
            [Operand.In(Values.V(x)), Operand.Ref(Values.V(Output)), .. values.Size(x)]);
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Pool.Input;
        values.Blocks(
            new MeanGradientKernel(program.Send(x)), x, values.IsForInput(x),
            [Operand.In(Values.G(Output)), Operand.Ref(Values.G(x)), .. values.Size(x)]);
    }

    public override void WriteGpu(GpuWriter net) => net.Line($"net.Mean({GpuWriter.V(Pool.Input)}, {GpuWriter.V(Output)});");

    public override void AddKernels(KernelSet kernels, GpuPlan plan) => kernels.Mean(plan.PixelsOf(Pool.Input));

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        kernels.Mean(plan.PixelsOf(Pool.Input));
        kernels.Add("spread", plan.PixelsOf(Pool.Input), PointwiseGradientKernels.Spread);
    }
}
