using SeGen.Generator.Layers.Gates.Alone;
using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Gates;

/// <summary>
/// The two dense layers of a gate within a network, forward and backward: the kernels of a gate alone, over a scratch of each image.
/// </summary>
internal sealed record ExciteTrainingKernel(GateSpec Gate) : KernelSpec
{
    /// <summary>The layout of weights and scratch, which a gate alone has too.</summary>
    public SEBlockPlan Plan { get; } = SEBlockPlanner.Plan(Gate);

    public override string Name
        => $"ExciteTraining_{Numbers.Text(Gate.Channels)}_{Numbers.Text(Gate.Hidden)}_{Gate.Activation}_{Gate.Gate}_{Gate.Bias}_{Gate.Squeeze}";

    public override string Summary
        => $"The factors of a gate on {Numbers.Text(Gate.Channels)} channels, {Numbers.Text(Gate.Hidden)} hidden ones, and the way back "
            + $"through it.";

    /// <summary>Whether the way back needs to know what share of a sum a pixel has.</summary>
    public bool NeedsShare => SqueezeOp.ShareParameter(Plan).Length > 0;

    public bool HasParameters => ParameterGradientOp.IsIn(Plan);

    public bool Equals(ExciteTrainingKernel? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode();

    /// <summary>The offset of a field in an image's scratch.</summary>
    public int At(string field) => Plan.TrainingScratch.First(f => f.Name == field).Offset;

    /// <summary>The method that goes back through the dense layers of an image.</summary>
    public const string GradientsMethod = "Gradients";

    /// <summary>The method that adds up the gradients of parameters, of all images.</summary>
    public const string ParameterGradientsMethod = "ParameterGradients";

    public override Signature Signature => Of(Read("weights"), Write("scratch"));

    public override Signature SignatureOf(string method) => method switch
    {
        GradientsMethod => Of(Read("weights"), Write("scratch"), When(NeedsShare, new("share", Access.Value))),
        ParameterGradientsMethod => Of(
            Write("images"), new("stride", Access.Value, "nuint"), new("batch", Access.Value, "nuint"), Write("sums")),
        _ => Signature,
    };

    public override void Emit(SourceWriter writer)
    {
        writer.Line($"private const int Channels = {Plan.Channels}, PaddedChannels = {Plan.PaddedChannels}, Hidden = {Plan.Hidden};");
        foreach (BufferField field in Plan.Weights.Concat(Plan.TrainingScratch).Concat(Plan.GradientSums))
            writer.Line($"private const int {field.Name} = {field.Offset}; // {field.Comment}");

        writer.Blank();
        using (writer.Block($"public static void Run({Signature.Declared})"))
        {
            Choose(writer, "Excite(in weights, ref scratch)");
            if (Plan.PaddedChannels != Plan.Channels)
            {
                writer.Blank();
                writer.Line("// Lanes beyond the channels are multiplied too: zero, whatever was there.");
                writer.Line("MemoryMarshal.CreateSpan(ref Add(ref scratch, GatesAt + Channels), PaddedChannels - Channels).Clear();");
            }
        }

        writer.Blank();
        using (writer.Block($"public static void {GradientsMethod}({SignatureOf(GradientsMethod).Declared})"))
            Choose(writer, $"ExciteGradients({SignatureOf(GradientsMethod).Passed})");

        if (HasParameters)
        {
            writer.Blank();
            using (writer.Block($"public static void {ParameterGradientsMethod}({SignatureOf(ParameterGradientsMethod).Declared})"))
                Choose(writer, $"{ParameterGradientsMethod}({SignatureOf(ParameterGradientsMethod).Passed})");
        }

        foreach (VectorWidth width in VectorWidth.All)
        {
            var kernel = new Kernel(writer, Plan, width);
            writer.Blank();
            using (writer.Block($"private static class {width.Kernels}"))
            {
                ExciteOp.Emit(kernel);
                ExciteGradientOp.Emit(kernel);
                if (HasParameters)
                    ParameterGradientOp.Emit(kernel);
            }
        }

        writer.Blank();
        using (writer.Block($"private static class {VectorWidth.ScalarKernels}"))
        {
            ExciteOp.EmitScalar(writer, Plan);
            ExciteGradientOp.EmitScalar(writer, Plan);
            if (HasParameters)
                ParameterGradientOp.EmitScalar(writer, Plan);
        }
    }

    private static void Choose(SourceWriter writer, string call)
    {
        foreach (VectorWidth width in VectorWidth.All)
        {
            writer.Line($"{(width == VectorWidth.All[0] ? "if" : "else if")} ({width.Type}.IsHardwareAccelerated)");
            using (writer.Indent())
                writer.Line($"{width.Kernels}.{call};");
        }

        writer.Line("else");
        using (writer.Indent())
            writer.Line($"{VectorWidth.ScalarKernels}.{call};");
    }
}
