using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Alone;

/// <summary>
/// Sums over the pixels of many channels: of one tensor, or of the products of two. Short channels are written out, as many side by
/// side as a vector has lanes; longer ones are looped over, four streams at a time. Either way the sums of several channels are
/// transposed into one vector and stored at once.
/// </summary>
/// <param name="Name">The kernel, and the prefix of its helpers.</param>
/// <param name="Inputs">One tensor, or two that are multiplied.</param>
/// <param name="Output">Where the sums go, one for each channel.</param>
/// <param name="Factor">An expression that every sum is multiplied by, or null.</param>
internal sealed record RowReduction(string Name, string[] Inputs, string Output, string? Factor)
{
    /// <summary>The body of a kernel over channels [first, last).</summary>
    public void Emit(Kernel kernel)
    {
        if (kernel.HasTail)
            kernel.DeclareLastLanes();

        if (kernel.IsShort)
            EmitShort(kernel);
        else
            EmitStreams(kernel);
    }

    /// <summary>The helpers that the body calls.</summary>
    public void EmitHelpers(Kernel kernel)
    {
        if (kernel.IsTooWide)
            return;

        SourceWriter writer = kernel.Writer;
        string references = string.Join(", ", Inputs.Select(i => $"ref float {i}"));
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        if (kernel.IsShort)
        {
            string mask = kernel.HasTail ? $", {kernel.Width.Floats} lastLanes" : "";
            writer.Line($"private static {kernel.Width.Floats} {Name}Row({references}, nuint at{mask})");
            var terms = Enumerable.Range(0, kernel.WholeVectors).Select(i => Term(kernel, At(i * kernel.Lanes))).ToList();
            if (kernel.HasTail)
                terms.Add($"({Term(kernel, At(kernel.Plan.Pixels - kernel.Lanes))} & lastLanes)");

            WriteSum(writer, terms);
        }
        else
        {
            writer.Line($"private static {kernel.Width.Floats} {Name}Step({references}, nuint at)");
            WriteSum(writer, [.. Enumerable.Range(0, UnrollBudget.StepVectors).Select(i => Term(kernel, At(i * kernel.Lanes)))]);
        }
    }

    private static string At(int offset) => offset == 0 ? "at" : $"at + {Numbers.Text(offset)}";

    private string Term(Kernel kernel, string at)
        => Inputs.Length == 1 ? kernel.Load(Inputs[0], at) : $"({string.Join(" * ", Inputs.Select(i => kernel.Load(i, at)))})";

    /// <summary>A sum in pairs, so that additions do not wait for each other.</summary>
    private static void WriteSum(SourceWriter writer, List<string> terms)
    {
        using (writer.Indent())
        {
            var pairs = new List<string>();
            for (int i = 0; i < terms.Count; i += 2)
                pairs.Add(i + 1 < terms.Count ? $"({terms[i]} + {terms[i + 1]})" : terms[i]);

            for (int i = 0; i < pairs.Count; i++)
                writer.Line($"{(i == 0 ? "=>" : " +")} {pairs[i]}{(i + 1 == pairs.Count ? ";" : "")}");
        }
    }

    private void EmitShort(Kernel kernel)
    {
        int channels = kernel.Plan.Channels;
        int side = Math.Min(kernel.Lanes, channels);
        kernel.Writer.Line($"// {side} channels at a time, each as one vector of partial sums; transposed and added, one vector of sums.");
        EmitBlocks(kernel, side, at =>
        {
            string mask = kernel.HasTail ? ", lastLanes" : "";
            int wide = side <= 4 ? 4 : side <= 8 ? 8 : 16;
            foreach (string input in Inputs)
                kernel.Writer.Line($"ref float {input} = ref Add(ref {input}Start, {Times(at, kernel.Pixels)});");

            kernel.Writer.Line("var sums = TransposedSum.Of(");
            using (kernel.Writer.Indent())
            {
                for (int c = 0; c < wide; c++)
                {
                    string row = c < side
                        ? $"{Name}Row({string.Join(", ", Inputs.Select(i => $"ref {i}"))}, {Numbers.Text(c)} * Pixels{mask})"
                        : $"{kernel.Width.Floats}.Zero";
                    kernel.Writer.Line($"{row}{(c + 1 < wide ? "," : ");")}");
                }
            }

            Store(kernel, at);
        });
    }

    private void EmitStreams(Kernel kernel)
    {
        int streams = Math.Min(UnrollBudget.Streams, kernel.Plan.Channels);
        EmitBlocks(kernel, streams, at => EmitStreamBlock(kernel, streams, at));
    }

    private void EmitStreamBlock(Kernel kernel, int streams, string at)
    {
        SourceWriter writer = kernel.Writer;
        string pixels = kernel.Pixels;
        int step = UnrollBudget.StepVectors * kernel.Lanes;
        for (int s = 0; s < streams; s++)
        {
            foreach (string input in Inputs)
                writer.Line(s == 0
                    ? $"ref float {input}0 = ref Add(ref {input}Start, {Times(at, pixels)});"
                    : $"ref float {input}{s} = ref Add(ref {input}{s - 1}, {pixels});");
        }

        for (int s = 0; s < streams; s++)
            writer.Line($"var sum{s} = {kernel.Width.Floats}.Zero;");

        writer.Blank();
        string all = $"{Name}Step({string.Join(", ", Inputs.Select(i => $"ref {i}$"))}, i)";
        if (kernel.Plan.IsFixed)
        {
            int whole = kernel.Plan.Pixels / step * step;
            writer.Line($"// {kernel.Plan.Pixels} pixels = {Steps(kernel, step)}");
            using (writer.Block($"for (nuint i = 0; i < {whole}; i += {step})"))
                EachStream(writer, streams, all);

            for (int i = whole; i + kernel.Lanes <= kernel.Plan.Pixels; i += kernel.Lanes)
            {
                writer.Blank();
                EachStream(writer, streams, Template(kernel, Numbers.Text(i)));
            }
        }
        else
        {
            writer.Line("nuint i = 0;");
            using (writer.Block($"for (; i + {step} <= pixels; i += {step})"))
                EachStream(writer, streams, all);

            writer.Blank();
            using (writer.Block($"for (; i + {kernel.Lanes} <= pixels; i += {kernel.Lanes})"))
                EachStream(writer, streams, Template(kernel, "i"));
        }

        if (kernel.HasTail)
        {
            writer.Blank();
            EachStream(writer, streams, $"{Template(kernel, $"{pixels} - {Numbers.Text(kernel.Lanes)}")} & lastLanes");
        }

        writer.Blank();
        writer.Line($"var sums = TransposedSum.Of({string.Join(", ", Enumerable.Range(0, 4).Select(s => s < streams ? $"sum{s}" : $"{kernel.Width.Floats}.Zero"))});");
        Store(kernel, at);
    }

    private string Template(Kernel kernel, string at)
        => Inputs.Length == 1 ? kernel.Load(Inputs[0] + "$", at) : $"({string.Join(" * ", Inputs.Select(i => kernel.Load(i + "$", at)))})";

    /// <summary>A line for each stream; a dollar sign stands for its number.</summary>
    private static void EachStream(SourceWriter writer, int streams, string term)
    {
        for (int s = 0; s < streams; s++)
            writer.Line($"sum{s} += {term.Replace("$", Numbers.Text(s))};");
    }

    private static string Steps(Kernel kernel, int step)
    {
        int pixels = kernel.Plan.Pixels, vectors = pixels % step / kernel.Lanes, rest = pixels % kernel.Lanes;
        return $"{Numbers.Text(pixels / step)} steps of {Numbers.Text(UnrollBudget.StepVectors)} vectors in each channel"
            + (vectors > 0 ? $", {Numbers.Text(vectors)} vectors more" : "") + (rest > 0 ? $", {Numbers.Text(rest)} pixels more" : "");
    }

    /// <summary>
    /// A loop over channels in blocks. Where they are no multiple of a block, the last block overlaps the one before and computes some
    /// sums a second time, to the same bits; fewer channels than a block are one.
    /// </summary>
    private static void EmitBlocks(Kernel kernel, int block, Action<string> body)
    {
        int channels = kernel.Plan.Channels;
        if (channels == block)
        {
            body("0");
            return;
        }

        using (kernel.Writer.Block($"for (nuint c = first; c < last; c += {block})"))
        {
            bool overlaps = channels % block != 0;
            if (overlaps)
                kernel.Writer.Line($"nuint at = nuint.Min(c, Channels - {block});");

            body(overlaps ? "at" : "c");
        }
    }

    private static string Times(string at, string pixels) => at == "0" ? "0" : $"{at} * {pixels}";

    private void Store(Kernel kernel, string at)
        => kernel.Writer.Line(
            Factor is null ? $"sums.StoreUnsafe(ref {Output}, {at});" : $"(sums * {Factor}).StoreUnsafe(ref {Output}, {at});");
}
