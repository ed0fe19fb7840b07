using SeGen.Generator.Ir;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>Writes the file of a module that is a block or a network: the user's part, then the order in which kernels run.</summary>
internal static class NetworkEmitter
{
    public static string Emit(NetworkPlan plan, string kernels, CancellationToken cancellation = default)
        => ModuleFile.Write(Facts(plan), [kernels], writer =>
    {
        Constants(writer, plan);
        NetworkDefinitionEmitter.Emit(writer, plan);
        NetworkInferenceEmitter.Emit(writer, plan);
        if (plan.Training is { } training)
            NetworkTrainingEmitter.Emit(writer, training);
    }, cancellation);

    /// <summary>The constant or field with the place of a buffer in the arena.</summary>
    public static string Place(NetworkPlan plan, BufferId buffer)
        => plan.IsFixed
            ? char.ToUpperInvariant(buffer.Name[0]) + buffer.Name.Substring(1) + "At"
            : SlotLayout.Slot(plan.Buffers[buffer].Offset);

    /// <summary>The constant with the place of a step's packed weights.</summary>
    public static string Weights(int step) => $"Weights{Numbers.Text(step)}At";

    private static ModuleFacts Facts(NetworkPlan plan)
    {
        Tensor output = plan.Graph.Tensors[plan.Graph.Output];
        SizeRule from = plan.Graph.Sizes[0], to = plan.Graph.SizeOf(output);
        return new ModuleFacts(plan.Spec.Type, plan.Spec.Declaration, plan.Spec.Summary, NetworkTable.Lines(plan))
        {
            HasGates = plan.Steps.Any(s => s.Step.IsGate),
            Trains = plan.Training is not null,
            HasToString = plan.Spec.HasToString,
            InputChannels = plan.Graph.Input.Channels,
            InputHeight = from.Height,
            InputWidth = from.Width,
            OutputChannels = output.Channels,
            OutputHeight = plan.IsFixed ? to.Height : 0,
            OutputWidth = plan.IsFixed ? to.Width : 0,
            ParameterCount = plan.ParameterCount,
            MultiplyAdds = plan.IsFixed ? plan.MultiplyAdds : -1,
            WorkspaceBytes = plan.IsFixed ? plan.WorkspaceBytes : -1,
        };
    }

    private static void Constants(SourceWriter writer, NetworkPlan plan)
    {
        writer.Line("// Packed weights: biases with the batch norms folded in, then the weights in the order in which their kernel reads "
            + "them.");
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            if (plan.Steps[i].WeightsLength > 0)
                writer.Line($"private const int {Weights(i)} = {plan.Steps[i].WeightsAt}; // {plan.Rows[i].Layer}");
        }

        writer.Line($"private const int WeightsLength = {plan.WeightsLength};");
        if (!plan.IsFixed)
            return;

        writer.Blank();
        writer.Line($"// The arena of one image: values share memory where their lives do not overlap "
            + $"({Numbers.Grouped(plan.LengthWithoutReuse)} floats if they did not).");
        foreach (ArenaBuffer buffer in plan.Buffers)
        {
            string what = buffer.Place is { } place
                ? place.Text
                : buffer.Id.Role switch { BufferRole.Sums => "sums of channels", BufferRole.Tiles => "transformed tiles", _ => "a gate" };
            writer.Line($"private const int {Place(plan, buffer.Id)} = {buffer.Offset}; // {what}, steps {buffer.First} to {buffer.Last}");
        }

        writer.Line($"private const int ArenaLength = {plan.ArenaLength};");
        if (plan.Workspace > 0)
            writer.Line($"private const int WorkspaceLength = {plan.Workspace}; // of each thread");
    }
}
