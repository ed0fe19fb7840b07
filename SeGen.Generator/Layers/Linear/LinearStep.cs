using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Linear;

/// <summary>y = act(W x + b).</summary>
internal sealed record LinearStep(LinearOp Linear, Activation Activation, int Output) : LayerStep(Output, Linear.Layer)
{
    public override IEnumerable<int> Reads => [Linear.Input];

    public override string Kind => "linear";

    public override bool HasParameters => true;

    public override long ParameterCount => MultiplyAdds + (Linear.HasBias ? Linear.Features : 0);

    private long MultiplyAdds => (long)Linear.InputLength * Linear.Features;

    public override string NameOf(NetworkSpec spec) => Linear.Scope.NameOf("");

    public override Activation Activates => Activation;

    public override long MultiplyAddsOf(Graph graph) => MultiplyAdds;

    public override void Infer(StepProgram program)
    {
        Place x = program.PlaceOf(Linear.Input);
        var kernel = new LinearKernel(checked((int)x.Length), Linear.Features, Activation) { Border = program.PlaceOf(Output).Border };
        program.Pack(new LinearPacking(Linear.Scope.NameOf(""), Linear.Features, x), kernel.WeightsLength);
        program.Parallel(
            new Call(kernel) { ["input"] = program.Value(Linear.Input), ["weights"] = program.Weights, ["output"] = program.Value(Output) },
            new Cuts(kernel.Cuts), new Work(kernel.WeightsLength));
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        Place x = values.PlaceOf(Linear.Input);
        var kernel = new LinearKernel(
            checked((int)x.Length), Linear.Features, Activation.Identity)
        { Border = values.PlaceOf(Output).Border };
        program.Border(Output);
        program.Parts.Image(
            $"{kernel.Name}.Run", kernel, Numbers.Text(kernel.Cuts), kernel.WeightsLength, false,
            [Operand.In(Values.V(Linear.Input)), new Operand($"in {Field(index)}.Weights"), Operand.Ref(Values.V(Output))]);
        string shape(int border, int pixel)
            => $"new LinearShape({Numbers.Text(x.Channels)}, {Numbers.Text(x.Height)}, {Numbers.Text(x.Width)}, {Numbers.Text(border)}, "
                + $"{Numbers.Text(pixel)})";
        program.Add(new TrainedLayer(
            Field(index), "LinearLayer",
            $"{Literal.Of(Linear.Scope.NameOf(""))}, {Numbers.Text(Linear.Features)}, {shape(x.Border, x.Pixel)}, "
                + $"{shape(values.GradientPlaceOf(Linear.Input).Border, 16)}",
            TrainingNameOf(program.Spec)));
    }

    public override void TrainBack(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        int x = Linear.Input, y = Output;
        Place from = values.PlaceOf(x), to = program.Send(x).Place, gradient = values.GradientPlaceOf(y);
        if (Linear.HasBias)
            program.Parts.After(
                new BatchPart($"{Field(index)}.SumBias", [Operand.In(Values.G(y)), new Operand("Stride"), new Operand("Batch")]));

        // Back to every float of the input's place, borders and spare lanes included.
        var turned = new LinearKernel(checked((int)gradient.Length), checked((int)to.Length), Activation.Identity);
        program.Parts.Image(
            $"{turned.Name}.Run", turned, Numbers.Text(turned.Cuts), turned.WeightsLength, values.IsForInput(x),
            [Operand.In(Values.G(y)), new Operand($"in {Field(index)}.Turned"), Operand.Ref(Values.G(x))]);
        var weights = new LinearWeightGradientKernel(checked((int)from.Length), Linear.Features);
        program.Parts.After(new SharedPart(
            $"{weights.Name}.Run",
            [Operand.In(Values.V(x)), Operand.In(Values.G(y)), new Operand($"ref {Field(index)}.Sums"), new Operand("(nuint)Stride"),
                new Operand("(nuint)Batch")],
            weights, Numbers.Text(weights.Cuts), weights.SumsLength / Cost.MultiplyAddsOfFloat));
    }

    public override void WriteGpu(GpuWriter net)
    {
        string activation = Activation == Activation.Identity ? "" : $", {GpuWriter.Text(Activation)}";
        net.Line($"net.Linear({GpuWriter.V(Linear.Input)}, {GpuWriter.V(Output)}, {Literal.Of(Linear.Scope.NameOf(""))}{activation});");
    }

    public override void AddKernels(KernelSet kernels, GpuPlan plan) => kernels.Product(1);

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
    {
        kernels.WeightGradients(isDepthwise: false, Linear.HasBias, 1);
        kernels.Product(1);
    }

    private static string Field(int step) => $"_linear{Numbers.Text(step)}";
}

/// <summary>The weights of a dense layer in the order of the input's layout.</summary>
internal sealed record LinearPacking(string Name, int Features, Place Place) : Packing
{
    public override string Write(string slice)
        => $"LinearPacking.Pack({slice}, {Literal.Of(Name)}, {Numbers.Text(Features)}, {Numbers.Text(Place.Channels)}, "
            + $"{Numbers.Text(Place.Height)}, "
        + $"{Numbers.Text(Place.Width)}, {Numbers.Text(Place.Border)}, {Numbers.Text(Place.Pixel)});";
}
