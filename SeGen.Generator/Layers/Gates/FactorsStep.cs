using SeGen.Generator.Ir;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Programs.Gpu;
using SeGen.Generator.Programs.Training;
using SeGen.Generator.Ptx;
using SeGen.Generator.Ptx.Layers;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates;

/// <summary>Squeeze and excite: the factors of a gate, from the sums that a convolution left or from the pixels.</summary>
internal sealed record FactorsStep(FactorsOp Factors, bool FromSums) : LayerStep(Factors.Output, Factors.Layer)
{
    private ExciteKernel? _excite;
    private ExciteTrainingKernel? _training;

    public override IEnumerable<int> Reads => [Factors.Input];

    public override bool ReadsSums => FromSums;

    public override bool IsGate => true;

    public override bool HasParameters => true;

    public override string Kind => $"gate, hidden {Numbers.Text(Factors.Gate.Hidden)}";

    public override long ParameterCount => Excite.Plan.ParameterCount;

    private ExciteKernel Excite => _excite ??= new ExciteKernel(Factors.Gate);

    private ExciteTrainingKernel Training => _training ??= new ExciteTrainingKernel(Factors.Gate);

    /// <summary>The prefix of its parameters' names.</summary>
    private string Prefix => Factors.Scope.Prefix + Factors.Inside;

    public override string NameOf(NetworkSpec spec) => Factors.Scope.NameOf(Factors.Inside);

    public override string TrainingNameOf(NetworkSpec spec) => $"{NameOf(spec)}: the gate";

    public override long MultiplyAddsOf(Graph graph) => Excite.Plan.MultiplyAdds;

    public override int ScratchLength(bool isTraining) => isTraining ? Training.Plan.TrainingLength : Excite.Plan.ForwardLength;

    public override int OutputAt(bool isTraining) => isTraining ? Training.At("GatesAt") : At("GatesAt");

    public bool Equals(FactorsStep? other) => other is not null && Factors == other.Factors && FromSums == other.FromSums;

    public override int GetHashCode() => Factors.GetHashCode();

    public override void Infer(StepProgram program)
    {
        GateSpec gate = Factors.Gate;
        int x = Factors.Input;
        Place from = program.PlaceOf(x);
        program.Pack(new GatePacking(Prefix, Excite.Plan), Excite.Plan.WeightsLength);
        if (FromSums)
        {
            var sum = new SumKernel(
                from.PaddedChannels, from.IsFixed ? program.Planner.Writer(x)!.Bands(program.Planner) : 0, from.Height, from.Width,
                gate.Squeeze);
            program.After(new Call(sum)
            {
                ["sums"] = StepProgram.Beside(BufferRole.Sums, x),
                ["squeezed"] = program.Inside(At("SqueezedAt")),
                ["size"] = program.SizeOf(x)
            });
        }
        else if (gate.Hidden > 0)
        {
            var squeeze = new Call(new SqueezeKernel(from, gate.Squeeze))
            {
                ["input"] = program.Value(x),
                ["squeezed"] = program.Inside(At("SqueezedAt")),
                ["inSize"] = program.SizeOf(x),
            };
            program.Parallel(squeeze, new Cuts(from.Blocks), program.Floats(x));
        }

        program.After(new Call(Excite) { ["weights"] = program.Weights, ["scratch"] = program.Inside(0) });
        program.Observe(NameOf(program.Planner.Spec), program.Inside(At("GatesAt")), gate.Channels);
    }

    public override void Train(TrainingBuilder program, int index)
    {
        Values values = program.Values;
        GateSpec gate = Factors.Gate;
        int x = Factors.Input;
        BufferId scratch = Values.V(Output);
        SEBlockPlan plan = Training.Plan;
        if (gate.Hidden > 0)
        {
            bool keeps = gate.Squeeze == Squeeze.MeanMaxAverage;
            Operand[] maxima = keeps ? [Operand.Ref(scratch, Training.At("MaximaAt"))] : [];
            values.Blocks(
                new SqueezeKernel(values.PlaceOf(x), gate.Squeeze, keeps), x, false,
                [Operand.In(Values.V(x)), Operand.Ref(scratch, Training.At("SqueezedAt")), .. maxima, .. values.Size(x)]);
        }

        program.Parts.Image(
            $"{Training.Name}.Run", Training, "", plan.MultiplyAdds / Cost.MultiplyAddsOfFloat, false,
            [new Operand($"in {Field(Output)}.Weights"), Operand.Ref(scratch)]);
        string fields(int length, IEnumerable<BufferField> all, params string[] names)
            => $"new GateFields({Numbers.Text(length)}, "
                + $"{string.Join(", ", names.Select(n => Numbers.Text(all.FirstOrDefault(f => f.Name == n)?.Offset ?? -1)))})";
        string packed = fields(plan.WeightsLength, plan.Weights, "ReduceWeightsAt", "ReduceBiasAt", "ExpandWeightsAt", "ExpandBiasAt");
        string sums = fields(
            plan.GradientLength, plan.GradientSums, "ReduceSumsAt", "ReduceBiasSumsAt", "ExpandSumsAt", "ExpandBiasSumsAt");
        program.Add(new TrainedLayer(
            Field(Output), "GateLayer",
            $"{Literal.Of(Prefix)}, {Numbers.Text(gate.Channels)}, {Numbers.Text(gate.Hidden)}, {packed}, {sums}",
            TrainingNameOf(program.Spec)));
    }

    /// <summary>The way back is that of the step which scales.</summary>
    public override void TrainBack(TrainingBuilder program, int index)
    {
    }

    public override void WriteGpu(GpuWriter net)
    {
        GateSpec gate = Factors.Gate;
        string[] settings =
        [
            $"Squeeze = global::SeGen.Squeeze.{gate.Squeeze}", $"Activation = {GpuWriter.Text(gate.Activation)}",
            $"Gate = global::SeGen.Gate.{gate.Gate}",
            FromSums ? $"Sums = sums{Numbers.Text(Factors.Input)}" : "",
        ];
        net.Line(
            $"net.Gate({GpuWriter.V(Factors.Input)}, {GpuWriter.V(Output)}, new GpuGate({Literal.Of(Prefix)}, Hidden: "
                + $"{gate.Hidden}){GpuWriter.Settings(settings)});");
    }

    public override void AddKernels(KernelSet kernels, GpuPlan plan)
    {
        kernels.Excite(Factors.Gate);
        if (!FromSums && Factors.Gate.Hidden > 0)
            kernels.Squeeze(plan.PixelsOf(Factors.Input));
    }

    public override void AddTrainingKernels(KernelSet kernels, GpuPlan plan)
        => kernels.GateGradients(Factors.Gate, plan.PixelsOf(Factors.Input));

    /// <summary>The field with the runtime's layer of a gate.</summary>
    public static string Field(int factors) => $"_gate{Numbers.Text(factors)}";

    private int At(string field) => Excite.Plan.ForwardScratch.First(f => f.Name == field).Offset;
}

/// <summary>The two dense layers of a gate, the second one transposed.</summary>
internal sealed record GatePacking(string Prefix, SEBlockPlan Gate) : Packing
{
    public override string Write(string slice)
        => $"GatePacking.Pack({slice}, {Literal.Of(Prefix)}, {Numbers.Text(Gate.Channels)}, {Numbers.Text(Gate.Hidden)}, "
            + $"{At("ReduceWeightsAt")}, {At("ReduceBiasAt")}, "
        + $"{At("ExpandWeightsAt")}, {At("ExpandBiasAt")});";

    private string At(string field) => Numbers.Text(Gate.Weights.FirstOrDefault(f => f.Name == field)?.Offset ?? -1);
}
