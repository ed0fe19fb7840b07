using SeGen.Generator.Ir;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;

namespace SeGen.Generator.Layers.Layout;

/// <summary>The result, into the caller's layout. On a GPU kernels write the caller's.</summary>
internal sealed record ExportStep(int X) : LayerStep(GraphBuilder.Nothing, -1)
{
    public override IEnumerable<int> Reads => [X];

    public override bool IsLayout => true;

    public override string Kind => "";

    public override string NameOf(NetworkSpec spec) => "output";

    public override void Infer(StepProgram program)
    {
        var call = new Call(new ExportKernel(program.PlaceOf(X)))
        {
            ["input"] = program.Value(X),
            ["output"] = program.Wanted,
            ["inSize"] = program.SizeOf(X)
        };
        program.Parallel(call, new Cuts(program.PlaceOf(X).Blocks), program.Floats(X));
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        values.Blocks(
            new ExportKernel(values.PlaceOf(X)), X, false, [Operand.In(Values.V(X)), program.Caller("ref Wanted", X), .. values.Size(X)]);
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        program.Parts.Comment("the output's gradient");
        Target to = program.Send(X, false);
        values.Blocks(new ImportKernel(to.Place), X, false, [program.Caller("in Given", X), Operand.Ref(Values.G(X)), .. values.Size(X)]);
    }

    public override void WriteGpu(GpuWriter net)
    {
    }

    public override void AddKernels(KernelSet kernels, GpuPlan plan)
    {
    }

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
    }
}
