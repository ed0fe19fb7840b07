using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Writing;

/// <summary>Calls of a step of inference as C#: each argument where the kernel's signature has its parameter.</summary>
internal sealed class CallWriter(NetworkPlan plan, int step)
{
    /// <summary>A call.</summary>
    /// <param name="call">The kernel with its arguments.</param>
    /// <param name="cut">Which cut, as an expression, for kernels that have cuts.</param>
    public string Text(Call call, string cut = "")
    {
        IEnumerable<string> arguments = call.Arguments.Select(a => a.Parameter.Pass(Text(a.Argument)));
        return $"{call.Kernel.Name}.{call.Method}({string.Join(", ", call.HasCuts ? arguments.Append(cut) : arguments)});";
    }

    /// <summary>An argument without "in" or "ref".</summary>
    public string Text(Argument argument) => argument switch
    {
        BufferArgument { Plus: 0 } buffer => $"At({NetworkEmitter.Place(plan, buffer.Buffer)})",
        BufferArgument buffer => $"At({NetworkEmitter.Place(plan, buffer.Buffer)} + {Numbers.Text(buffer.Plus)})",
        WeightsArgument => $"Weight({NetworkEmitter.Weights(step)})",
        CallerArgument caller => caller.IsInput ? "From" : "To",
        SizeArgument size => SlotLayout.Size(size.Size),
        _ => "Workspace",
    };

    /// <summary>A number of cuts.</summary>
    public static string Text(Cuts cuts) => cuts.Text($"(int){SlotLayout.Size(cuts.Size)}.Height");

    /// <summary>An amount of work.</summary>
    public static string Text(Work work)
        => Numbers.Text(work.Floats) + (work.Size < 0
            ? ""
            : $" * (long)({SlotLayout.Size(work.Size)}.Height * {SlotLayout.Size(work.Size)}.Width)");
}
