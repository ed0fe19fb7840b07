using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Layout;

/// <summary>The caller's input, into the layout of the kernels. On a GPU kernels read the caller's.</summary>
internal sealed record ImportStep() : LayerStep(0, -1)
{
    public override IEnumerable<int> Reads => [];

    public override bool IsLayout => true;

    public override string Kind => "";

    public override string NameOf(NetworkSpec spec) => "input";

    public override void Infer(StepProgram program)
    {
        var call = new Call(new ImportKernel(program.PlaceOf(0)))
        {
            ["input"] = program.Given,
            ["output"] = program.Value(0),
            ["outSize"] = program.SizeOf(0)
        };
        program.Parallel(call, new Cuts(program.PlaceOf(0).Blocks), program.Floats(0));
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        Place place = values.PlaceOf(0);
        var import = new ImportKernel(place);
        program.Border(0);
        program.Parts.Image(
            $"{import.Name}.Run", import, Numbers.Text(place.Blocks), values.Work(0), false,
            [program.Caller("in Given", 0), Operand.Ref(Values.V(0)), .. values.Size(0)]);
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        program.Parts.Comment("the input's gradient");
        values.Blocks(
            new ExportKernel(values.GradientPlaceOf(0)), 0, true,
            [Operand.In(Values.G(0)), program.Caller("ref Wanted", 0), .. values.Size(0)]);
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
