using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Text;
using SeGen.Generator.Writing;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>Writes the file of a module that is one gate: the user's part, then the code behind it.</summary>
internal static class SEBlockEmitter
{
    public static string Emit(SEBlockPlan plan, CancellationToken cancellation = default) => ModuleFile.Write(Facts(plan), [], writer =>
    {
        Constants(writer, plan);
        DefinitionEmitter.Emit(writer, plan);
        InferenceEmitter.Emit(writer, plan);
        if (plan.Trains)
            TrainingEmitter.Emit(writer, plan);

        KernelsEmitter.Emit(writer, plan);
    }, cancellation);

    /// <summary>The class that holds everything but the user's part; local to the file.</summary>
    public static string ModuleClass(SEBlockPlan plan) => FileNames.Identifier(plan.Spec.Type.Name) + "Module";

    private static ModuleFacts Facts(SEBlockPlan plan)
    {
        string size = plan.IsFixed ? $"{Numbers.Text(plan.Spec.Height)}, {Numbers.Text(plan.Spec.Width)}" : "H, W";
        return new ModuleFacts(
            plan.Spec.Type, plan.Spec.Declaration,
            $"A squeeze-and-excitation gate over [N, {Numbers.Text(plan.Channels)}, {size}]: y = s * x, one factor s for each image and "
                + $"channel.", SummaryTable.Lines(plan))
        {
            IsGate = true,
            Trains = plan.Trains,
            HasToString = plan.Spec.HasToString,
            InputChannels = plan.Channels,
            InputHeight = plan.Spec.Height,
            InputWidth = plan.Spec.Width,
            OutputChannels = plan.Channels,
            OutputHeight = plan.Spec.Height,
            OutputWidth = plan.Spec.Width,
            ParameterCount = plan.ParameterCount,
            MultiplyAdds = plan.MultiplyAdds,
            MultiplyAddsNote = "Multiply-adds of the dense layers for one image, as such counts are made; the passes over the pixels are "
                + "bound by memory.",
            WorkspaceBytes = plan.WorkspaceBytes,
        };
    }

    private static void Constants(SourceWriter writer, SEBlockPlan plan)
    {
        writer.Line($"private const int Channels = {plan.Channels}, PaddedChannels = {plan.PaddedChannels}, Hidden = {plan.Hidden}, "
            + $"MaxBatch = {plan.Spec.MaxBatch};");
        if (plan.IsFixed)
        {
            writer.Line($"private const int Pixels = {plan.Spec.Height} * {plan.Spec.Width};");
            if (plan.HasMean)
            {
                string divisor = plan.Gate.Squeeze == Squeeze.SumOverHPlusW
                    ? $"({Numbers.Text(plan.Spec.Height)} + {Numbers.Text(plan.Spec.Width)})"
                    : "Pixels";
                writer.Line($"private const float Share = 1f / {divisor};");
            }
        }

        Layout(writer, "The packed weights: matrices in rows padded to whole vectors", plan.Weights, "WeightsLength", plan.WeightsLength);
        Layout(writer, "The scratch of an image", plan.ForwardScratch, "ForwardLength", plan.ForwardLength);
        if (!plan.Trains)
            return;

        Layout(
            writer, "In training it goes on with", plan.TrainingScratch.Skip(plan.ForwardScratch.Count), "TrainingLength",
            plan.TrainingLength);
        if (plan.GradientLength > 0)
            Layout(writer, "The sums of the parameters' gradients", plan.GradientSums, "GradientLength", plan.GradientLength);
    }

    private static void Layout(SourceWriter writer, string title, IEnumerable<BufferField> fields, string length, int total)
    {
        writer.Blank();
        writer.Line($"// {title}.");
        foreach (BufferField field in fields)
            writer.Line($"private const int {field.Name} = {field.Offset}; // {field.Comment}");

        writer.Line($"private const int {length} = {total};");
    }
}
