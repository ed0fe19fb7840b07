using SeGen.Generator.Planning;

namespace SeGen.Generator.Emit;

/// <summary>
/// A pass over the pixels of each channel, last channel first, that computes one or two outputs from inputs at the same place.
/// </summary>
/// <remarks>
/// The end of a channel that does not fill a vector is computed as a whole vector that overlaps the one before. It is computed before
/// anything is stored, since input and output may be the same memory.
/// </remarks>
internal sealed class RowTransform
{
    /// <summary>Tensors that are read, by the names of their start.</summary>
    public string[] Inputs { get; init; } = [];

    /// <summary>Tensors that are written, by the names of their start.</summary>
    public string[] Outputs { get; init; } = [];

    /// <summary>Lines at the top of each channel c.</summary>
    public string[] PerChannel { get; init; } = [];

    /// <summary>The value of each output at an index: the expression's own text for "what" and "where".</summary>
    public Func<Kernel, string, string>[] Values { get; init; } = [];

    /// <summary>Whether stores go past the caches.</summary>
    public bool Streams { get; init; }

    /// <summary>The body of a kernel over channels [first, last).</summary>
    public void Emit(Kernel kernel)
    {
        SourceWriter writer = kernel.Writer;
        using (writer.Block("for (nuint c = last; unchecked(c-- > first);)"))
        {
            foreach (string tensor in Inputs.Concat(Outputs))
                writer.Line($"ref float {tensor} = ref Add(ref {tensor}Start, c * {kernel.Pixels});");

            foreach (string line in PerChannel)
                writer.Line(line);

            if (Streams)
                EmitStreaming(kernel);
            else if (kernel.IsShort)
                EmitShort(kernel);
            else
                EmitLoop(kernel);
        }
    }

    private void EmitShort(Kernel kernel)
    {
        DeclareEnd(kernel);
        kernel.Writer.Blank();
        for (int i = 0; i < kernel.WholeVectors; i++)
            Store(kernel, Numbers.Text(i * kernel.Lanes));

        StoreEnd(kernel);
    }

    private void EmitLoop(Kernel kernel)
    {
        SourceWriter writer = kernel.Writer;
        int lanes = kernel.Lanes, step = UnrollBudget.StepVectors * lanes;
        DeclareEnd(kernel);
        writer.Blank();
        if (kernel.Plan.IsFixed)
        {
            int whole = kernel.Plan.Pixels / step * step;
            using (writer.Block($"for (nuint i = 0; i < {Numbers.Text(whole)}; i += {Numbers.Text(step)})"))
                Steps(kernel, "i");

            bool more = false;
            for (int i = whole; i + lanes <= kernel.Plan.Pixels; i += lanes)
            {
                if (!more)
                    writer.Blank();

                more = true;
                Store(kernel, Numbers.Text(i));
            }
        }
        else
        {
            writer.Line("nuint i = 0;");
            using (writer.Block($"for (; i + {Numbers.Text(step)} <= pixels; i += {Numbers.Text(step)})"))
                Steps(kernel, "i");

            writer.Blank();
            using (writer.Block($"for (; i + {Numbers.Text(lanes)} <= pixels; i += {Numbers.Text(lanes)})"))
                Store(kernel, "i");
        }

        if (kernel.HasTail)
            writer.Blank();

        StoreEnd(kernel);
    }

    private void EmitStreaming(Kernel kernel)
    {
        SourceWriter writer = kernel.Writer;
        int lanes = kernel.Lanes, step = UnrollBudget.StepVectors * lanes;
        string pixels = kernel.Pixels;
        writer.Blank();
        writer.Line("// Up to the first aligned address with an ordinary store; what it reaches beyond is written once more.");
        writer.Line($"nuint i = Streaming.ToAlignment(ref {Outputs[0]}, {Numbers.Text(lanes * sizeof(float))});");
        using (writer.Block("if (i != 0)"))
            Store(kernel, "0", streams: false);

        writer.Blank();
        using (writer.Block($"for (; i + {Numbers.Text(step)} <= {pixels}; i += {Numbers.Text(step)})"))
            Steps(kernel, "i");

        writer.Blank();
        using (writer.Block($"for (; i + {Numbers.Text(lanes)} <= {pixels}; i += {Numbers.Text(lanes)})"))
            Store(kernel, "i");

        writer.Blank();
        using (writer.Block($"if (i != {pixels})"))
            Store(kernel, $"{pixels} - {Numbers.Text(lanes)}", streams: false);
    }

    private void Steps(Kernel kernel, string at)
    {
        for (int i = 0; i < UnrollBudget.StepVectors; i++)
            Store(kernel, i == 0 ? at : $"{at} + {Numbers.Text(i * kernel.Lanes)}");
    }

    private void Store(Kernel kernel, string at) => Store(kernel, at, Streams);

    private void Store(Kernel kernel, string at, bool streams)
    {
        for (int o = 0; o < Outputs.Length; o++)
        {
            string value = Values[o](kernel, at);
            kernel.Writer.Line(streams
                ? $"Streaming.Store({value}, ref Add(ref {Outputs[o]}, {at}));"
                : $"{Operand(value)}.StoreUnsafe(ref {Outputs[o]}, {at});");
        }
    }

    /// <summary>In parentheses where it is an operator's result; calls need none.</summary>
    private static string Operand(string value) => value.Contains(" * ") || value.Contains(") + (") ? $"({value})" : value;

    private void DeclareEnd(Kernel kernel)
    {
        if (!kernel.HasTail)
            return;

        for (int o = 0; o < Outputs.Length; o++)
            kernel.Writer.Line($"var {Outputs[o]}End = {Values[o](kernel, $"{kernel.Pixels} - {Numbers.Text(kernel.Lanes)}")};");
    }

    private void StoreEnd(Kernel kernel)
    {
        if (!kernel.HasTail)
            return;

        foreach (string output in Outputs)
            kernel.Writer.Line($"{output}End.StoreUnsafe(ref {output}, {kernel.Pixels} - {Numbers.Text(kernel.Lanes)});");
    }
}
