using SeGen.Generator.Ir;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Ptx.Layers.Training;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Pool;

/// <summary>The maximum or mean of each window.</summary>
internal sealed record PoolStep(PoolOp Pool) : LayerStep(Pool.Output, Pool.Layer)
{
    public override IEnumerable<int> Reads => [Pool.Input];

    public override string Kind => Pool.IsMaximum ? "max pool" : "average pool";

    public override string NameOf(NetworkSpec spec) => spec.LayerNames[Layer];

    public override string TrainingNameOf(NetworkSpec spec) => $"{NameOf(spec)}: {Kind}";

    public override void Infer(StepProgram program)
    {
        int x = Pool.Input;
        var call = new Call(new PoolKernel(program.PlaceOf(x), program.PlaceOf(Output), Pool.Window, Pool.IsMaximum))
        {
            ["input"] = program.Value(x),
            ["output"] = program.Value(Output),
            ["inSize"] = program.SizeOf(x),
            ["outSize"] = program.SizeOf(Output),
        };
        program.Parallel(call, new Cuts(program.PlaceOf(x).Blocks), program.Floats(x));
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Pool.Input, y = Output;
        program.Border(y);
        values.Blocks(
            new PoolKernel(values.PlaceOf(x), values.PlaceOf(y), Pool.Window, Pool.IsMaximum), x, false,
            [Operand.In(Values.V(x)), Operand.Ref(Values.V(y)), .. values.Size(x), .. values.Size(y)]);
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Pool.Input, y = Output;
        bool forInput = values.IsForInput(x);
        Target to = program.Send(x);
        if (!to.Adds)
            program.Parts.Image("Clear", null, "", 0, forInput, Operand.Ref(Values.G(x)), new Operand(program.Length(to.Place, x)));

        Operand[] kept = Pool.IsMaximum ? [Operand.In(Values.V(x)), Operand.In(Values.V(y))] : [];
        Operand[] sizes = values.PlaceOf(x).IsFixed ? [] : [.. values.Size(x), new Operand(values.SizeName(y))];
        values.Blocks(
            new PoolGradientKernel(values.PlaceOf(x), values.PlaceOf(y), values.GradientPlaceOf(y), to.Place, Pool.Window, Pool.IsMaximum),
            x, forInput,
            [.. kept, Operand.In(Values.G(y)), Operand.Ref(Values.G(x)), .. sizes]);
    }

    public override void WriteGpu(GpuWriter net)
    {
        Window window = Pool.Window;
        net.Line(
            $"net.Pool({GpuWriter.V(Pool.Input)}, {GpuWriter.V(Output)}, isMaximum: {(Pool.IsMaximum ? "true" : "false")}, kernel: "
                + $"{Numbers.Text(window.Kernel)}, "
            + $"stride: {Numbers.Text(window.Stride)}, padding: {Numbers.Text(window.Padding)});");
    }

    public override void AddKernels(KernelSet kernels, GpuPlan plan) => kernels.Pool(Pool.IsMaximum);

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        kernels.Pool(Pool.IsMaximum);
        kernels.Add($"pool gradient {Pool.IsMaximum}", () => PoolGradientKernels.Write(Pool.IsMaximum));
    }
}
