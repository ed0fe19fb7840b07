using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// A pass over the pixels of each channel, last channel first, that computes one or two outputs from inputs at the same place.
/// </summary>
/// <remarks>
/// The end of a channel that does not fill a vector is computed as a whole vector that overlaps the one before. It is computed before
/// anything is stored, since input and output may be the same memory. Short channels that do not fill their vectors are taken in groups
/// that do: stores across cache lines would cost more than joining the factors of two channels in a vector.
/// </remarks>
internal sealed class RowTransform
{
    /// <summary>Tensors that are read, by the names of their start.</summary>
    public string[] Inputs { get; init; } = [];

    /// <summary>Tensors that are written, by the names of their start.</summary>
    public string[] Outputs { get; init; } = [];

    /// <summary>Factors that are the same for all pixels of a channel: a name and where the value of channel c is read.</summary>
    public (string Name, string Source)[] Factors { get; init; } = [];

    /// <summary>The value of each output at an index; the last argument gives the expression of a factor.</summary>
    public Func<Kernel, string, Func<string, string>, string>[] Values { get; init; } = [];

    /// <summary>Whether stores go past the caches.</summary>
    public bool Streams { get; init; }

    /// <summary>The body of a kernel over channels [first, last).</summary>
    public void Emit(Kernel kernel)
    {
        int group = GroupOf(kernel);
        if (group == 0)
        {
            EmitChannels(kernel, "last", "first");
            return;
        }

        string whole = "last";
        if (kernel.Plan.Channels % group != 0)
        {
            kernel.Writer.Line($"nuint whole = last - (last - first) % {group};");
            EmitChannels(kernel, "last", "whole");
            kernel.Writer.Blank();
            whole = "whole";
        }

        EmitGroups(kernel, group, whole);
    }

    /// <summary>
    /// The channels after which a run of vectors ends with a channel, or 0 where that does not help or is too much to write out.
    /// </summary>
    private int GroupOf(Kernel kernel)
    {
        if (Streams || !kernel.IsShort || !kernel.HasTail)
            return 0;

        int divisor = GreatestCommonDivisor(kernel.Plan.Pixels, kernel.Lanes);
        int group = kernel.Lanes / divisor;
        return kernel.Plan.Pixels / divisor <= UnrollBudget.RunVectors && group <= kernel.Plan.Channels ? group : 0;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private void EmitGroups(Kernel kernel, int group, string end)
    {
        SourceWriter writer = kernel.Writer;
        int pixels = kernel.Plan.Pixels, vectors = group * pixels / kernel.Lanes;
        writer.Line($"// {group} channels of {pixels} pixels are {vectors} whole vectors; some hold the end of a channel and the start "
            + $"of the next.");
        using (writer.Block($"for (nuint c = {end}; c > first;)"))
        {
            writer.Line($"c -= {group};");
            foreach (string tensor in Inputs.Concat(Outputs))
                writer.Line($"ref float {tensor} = ref Add(ref {tensor}Start, c * {kernel.Pixels});");

            for (int g = 0; g < group; g++)
            {
                foreach ((string name, string source) in Factors)
                    writer.Line(
                        $"var {name}{g} = {kernel.V}.Create({(g == 0 ? source : source.Replace(" c)", $" c + {Numbers.Text(g)})").Replace("+ c)", $"+ c + {Numbers.Text(g)})"))});");
            }

            writer.Blank();
            for (int v = 0; v < vectors; v++)
            {
                int start = v * kernel.Lanes, from = start / pixels, to = (start + kernel.Lanes - 1) / pixels;
                Store(kernel, Numbers.Text(start), streams: false, name => from == to
                    ? $"{name}{Numbers.Text(from)}"
                    : $"Join.At({name}{Numbers.Text(from)}, {name}{Numbers.Text(to)}, {Numbers.Text(to * pixels - start)})");
            }
        }
    }

    private void EmitChannels(Kernel kernel, string end, string first)
    {
        SourceWriter writer = kernel.Writer;
        using (writer.Block($"for (nuint c = {end}; unchecked(c-- > {first});)"))
        {
            foreach (string tensor in Inputs.Concat(Outputs))
                writer.Line($"ref float {tensor} = ref Add(ref {tensor}Start, c * {kernel.Pixels});");

            foreach ((string name, string source) in Factors)
                writer.Line($"var {name} = {kernel.V}.Create({source});");

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
            using (writer.Block($"for (nuint i = 0; i < {whole}; i += {step})"))
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
            using (writer.Block($"for (; i + {step} <= pixels; i += {step})"))
                Steps(kernel, "i");

            writer.Blank();
            using (writer.Block($"for (; i + {lanes} <= pixels; i += {lanes})"))
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
        writer.Line($"nuint i = Streaming.ToAlignment(ref {Outputs[0]}, {lanes * sizeof(float)});");
        using (writer.Block("if (i != 0)"))
            Store(kernel, "0", streams: false);

        writer.Blank();
        using (writer.Block($"for (; i + {step} <= {pixels}; i += {step})"))
            Steps(kernel, "i");

        writer.Blank();
        using (writer.Block($"for (; i + {lanes} <= {pixels}; i += {lanes})"))
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

    private void Store(Kernel kernel, string at) => Store(kernel, at, Streams, Whole);

    private void Store(Kernel kernel, string at, bool streams) => Store(kernel, at, streams, Whole);

    private void Store(Kernel kernel, string at, bool streams, Func<string, string> factor)
    {
        for (int o = 0; o < Outputs.Length; o++)
        {
            string value = Values[o](kernel, at, factor);
            kernel.Writer.Line(streams
                ? $"Streaming.Store({value}, ref Add(ref {Outputs[o]}, {at}));"
                : $"{Operand(value)}.StoreUnsafe(ref {Outputs[o]}, {at});");
        }
    }

    /// <summary>A factor where all lanes are of one channel.</summary>
    private static string Whole(string name) => name;

    /// <summary>In parentheses where it is an operator's result; calls need none.</summary>
    private static string Operand(string value) => value.Contains(" * ") || value.Contains(") + (") ? $"({value})" : value;

    private void DeclareEnd(Kernel kernel)
    {
        if (!kernel.HasTail)
            return;

        for (int o = 0; o < Outputs.Length; o++)
            kernel.Writer.Line($"var {Outputs[o]}End = {Values[o](kernel, $"{kernel.Pixels} - {Numbers.Text(kernel.Lanes)}", Whole)};");
    }

    private void StoreEnd(Kernel kernel)
    {
        if (!kernel.HasTail)
            return;

        foreach (string output in Outputs)
            kernel.Writer.Line($"{output}End.StoreUnsafe(ref {output}, {kernel.Pixels} - {kernel.Lanes});");
    }
}
