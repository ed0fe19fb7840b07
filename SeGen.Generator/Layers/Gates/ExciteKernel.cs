using SeGen.Generator.Layers.Gates.Alone;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Gates;

/// <summary>The two dense layers of a gate within a network: the kernels of a gate alone, over a scratch of its own.</summary>
internal sealed record ExciteKernel(GateSpec Gate) : KernelSpec
{
    /// <summary>The layout of weights and scratch, which a gate alone has too.</summary>
    public SEBlockPlan Plan { get; } = SEBlockPlanner.Plan(Gate);

    public override string Name
        => $"Excite_{Numbers.Text(Gate.Channels)}_{Numbers.Text(Gate.Hidden)}_{Gate.Activation}_{Gate.Gate}_{Gate.Bias}"
        + (Gate.Squeeze == Squeeze.MeanMaxAverage ? "_MeanMax" : "");

    public override string Summary
        => $"The factors of a gate on {Numbers.Text(Gate.Channels)} channels, {Numbers.Text(Gate.Hidden)} hidden ones.";

    public bool Equals(ExciteKernel? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode();

    public override Signature Signature => Of(Read("weights"), Write("scratch"));

    public override void Emit(SourceWriter writer)
    {
        writer.Line($"private const int Channels = {Plan.Channels}, PaddedChannels = {Plan.PaddedChannels}, Hidden = {Plan.Hidden};");
        foreach (BufferField field in Plan.Weights.Concat(Plan.ForwardScratch))
            writer.Line($"private const int {field.Name} = {field.Offset}; // {field.Comment}");

        writer.Blank();
        using (writer.Block($"public static void Run({Signature.Declared})"))
        {
            foreach (VectorWidth width in VectorWidth.All)
            {
                using (writer.Block($"{(width == VectorWidth.All[0] ? "if" : "else if")} ({width.Type}.IsHardwareAccelerated)"))
                    writer.Line($"{width.Kernels}.Excite(in weights, ref scratch);");
            }

            using (writer.Block("else"))
                writer.Line($"{VectorWidth.ScalarKernels}.Excite(in weights, ref scratch);");

            if (Plan.PaddedChannels != Plan.Channels)
            {
                writer.Blank();
                writer.Line("// Lanes beyond the channels are multiplied too: zero, whatever was there.");
                writer.Line("MemoryMarshal.CreateSpan(ref Add(ref scratch, GatesAt + Channels), PaddedChannels - Channels).Clear();");
            }
        }

        foreach (VectorWidth width in VectorWidth.All)
        {
            writer.Blank();
            using (writer.Block($"private static class {width.Kernels}"))
                ExciteOp.Emit(new Kernel(writer, Plan, width));
        }

        writer.Blank();
        using (writer.Block($"private static class {VectorWidth.ScalarKernels}"))
            ExciteOp.EmitScalar(writer, Plan);
    }
}
