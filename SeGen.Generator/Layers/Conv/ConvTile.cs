using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// Neighbouring pixels of a row or of some whole rows, each with one or two vectors of output channels, in registers from the bias to the
/// activation. Every vector of weights that is loaded is used for all pixels.
/// </summary>
internal sealed class ConvTile(ConvKernel conv, VectorWidth width, int rows, int columns)
{
    private readonly int _pixels = rows * columns;
    private readonly int _vectors = conv.VectorsOf(width);
    private readonly Strides _in = new("In", conv.In), _out = new("Out", conv.Out);

    private bool IsFixed => conv.Out.IsFixed && conv.In.IsFixed;

    /// <summary>Floats between a pixel's two vectors: in the next block, or behind the first one.</summary>
    private string NextWeights => width.Lanes == 16 ? "BlockWeights" : Numbers.Text(width.Lanes);

    private string NextOutput => width.Lanes == 16 ? _out.Block : Numbers.Text(width.Lanes);

    private string NextResidual => width.Lanes == 16 ? conv.Out.IsFixed ? "AddBlock" : "addBlock" : Numbers.Text(width.Lanes);

    /// <summary>Whether a vector holds several groups, each of which reads inputs of its own.</summary>
    private bool Shuffles => conv.Form == ConvForm.Grouped && conv.GroupInputs < width.Lanes;

    /// <summary>"14", or "2x7" for two rows.</summary>
    public static string Size(int rows, int columns) => (rows > 1 ? $"{Numbers.Text(rows)}x" : "") + Numbers.Text(columns);

    /// <summary>Floats from the first pixel of the tile to one of its pixels.</summary>
    private long At(Place place, int pixel, int stride)
        => pixel / columns * stride * place.Row * (place.Lattice?.Step ?? 1) + pixel % columns * (long)stride * place.Step;

    private string InAt(int pixel) => Numbers.Text(At(conv.In, pixel, conv.Taps.Stride));

    public void Emit(SourceWriter writer)
    {
        string residual = conv.Residual is null ? "" : ", ref float residual";
        string sums = conv.HasSums ? ", ref float sums" : "", factors = conv.HasFactors ? ", ref float factors" : "";
        string strides = IsFixed
            ? ""
            : $", nuint {_in.Row}, nuint {_in.Block}, nuint {_out.Block}{(conv.Residual is null ? "" : ", nuint addBlock")}";
        writer.Blank();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Tile{new Lanes(width).Bits}x{Size(rows, columns)}(ref float input, ref float "
            + $"weights{factors}, ref float bias, ref float "
            + $"output{residual}{sums}{strides}{(conv.AsksAhead(width) ? ", ref float ahead" : "")})"))
        {
            string first = Load("bias", "0"), second = _vectors == 2 ? Load("bias", Numbers.Text(width.Lanes)) : "";
            for (int p = 0; p < _pixels; p++)
                writer.Line(_vectors == 2 ? $"{width.Floats} a{p} = {(p == 0 ? first : "a0")}, b{p} = "
                    + $"{(p == 0 ? second : "b0")};" : $"var a{p} = {(p == 0 ? first : "a0")};");

            writer.Line("ref float w = ref weights;");
            writer.Blank();
            Loops(writer);
            writer.Blank();
            Store(writer);
        }
    }

    private void Loops(SourceWriter writer)
    {
        string dilation = conv.Taps.Dilation == 1 ? "" : $" * {Numbers.Text(conv.Taps.Dilation)}";
        var scopes = new Stack<SourceWriter.Scope>();
        var at = new List<string>();
        if (conv.Form == ConvForm.Dense && conv.GroupInputs > 1)
        {
            scopes.Push(writer.Block($"for (nuint block = 0; block < {conv.GroupInputs}; block++)"));
            at.Add($"block * {_in.Block}");
        }

        if (conv.Taps.Rows > 1)
        {
            scopes.Push(writer.Block($"for (nuint ky = 0; ky < {conv.Taps.Rows}; ky++)"));
            at.Add($"ky{dilation} * {_in.Row}");
        }

        if (conv.Taps.Columns > 1)
        {
            scopes.Push(writer.Block($"for (nuint kx = 0; kx < {conv.Taps.Columns}; kx++)"));
            at.Add($"kx{dilation} * {Numbers.Text(conv.In.Pixel)}");
        }

        writer.Line(at.Count == 0 ? "ref float pixel = ref input;" : $"ref float pixel = ref Add(ref input, {string.Join(" + ", at)});");
        Taps(writer);
        while (scopes.Count > 0)
            scopes.Pop().Dispose();
    }

    private void Taps(SourceWriter writer)
    {
        if (conv.Form == ConvForm.Depthwise)
        {
            writer.Line($"var tap = {Load("w", "0")};");
            for (int p = 0; p < _pixels; p++)
                writer.Line($"a{p} = {Fma(Load("pixel", InAt(p)), "tap", $"a{p}")};");

            writer.Line("w = ref Add(ref w, 16);");
        }
        else if (Shuffles)
        {
            for (int p = 0; p < _pixels; p++)
                writer.Line($"var x{p} = {Load("pixel", InAt(p))};");

            for (int i = 0; i < conv.GroupInputs; i++)
            {
                string indices = string.Join(
                    ", ", Enumerable.Range(0, width.Lanes).Select(l => Numbers.Text(l / conv.GroupInputs * conv.GroupInputs + i)));
                writer.Blank();
                writer.Line($"var of{i} = {width.Type}.Create({indices});");
                writer.Line($"var tap{i} = {Load("w", Numbers.Text(i * 16))};");
                for (int p = 0; p < _pixels; p++)
                    writer.Line($"a{p} = {Fma($"{width.Type}.Shuffle(x{p}, of{i})", $"tap{i}", $"a{p}")};");
            }

            writer.Line($"w = ref Add(ref w, {conv.GroupInputs * 16});");
        }
        else if (conv.In.IsPlanar)
            Broadcasts(writer);
        else
        {
            // The lanes beyond the channels are zeros that need not be multiplied.
            int inputs = conv.Form == ConvForm.Grouped
                ? conv.GroupInputs
                : 16, last = conv.Form == ConvForm.Dense && conv.GroupInputs == conv.In.Blocks ? conv.In.Channels % 16 : 0;
            string count = last == 0 ? Numbers.Text(inputs) : conv.In.Blocks == 1 ? Numbers.Text(last) : "inputs";
            if (count == "inputs")
                writer.Line($"nuint inputs = block == {conv.In.Blocks - 1} ? {last}u : 16u;");

            if (conv.AheadOfBlock(width) is > 0 and int ofBlock)
            {
                string stream = $"block % 4 * {Numbers.Text(conv.GroupInputs / 4 * ofBlock)} + block / 4 * {Numbers.Text(ofBlock)}";
                for (int line = 0; line < Math.Max(1, ofBlock / 16); line++)
                    writer.Line(
                        $"Prefetch.ToSecondLevel(ref Add(ref ahead, {stream}{(line == 0 ? "" : $" + {Numbers.Text(line * 16)}")}));");
            }

            using (writer.Block($"for (nuint i = 0; i < {count}; i++)"))
            {
                Broadcasts(writer);
                if (conv.Ahead(width) is > 0 and int step)
                {
                    string stream = $"i % 4 * {Numbers.Text(conv.GroupInputs * conv.Taps.Count * 4 * step)} + i / 4 * {Numbers.Text(step)}";
                    for (int line = 0; line < Math.Max(1, step / 16); line++)
                        writer.Line(
                            $"Prefetch.ToSecondLevel(ref Add(ref ahead, {stream}{(line == 0 ? "" : $" + {Numbers.Text(line * 16)}")}));");
                }

                writer.Line("pixel = ref Add(ref pixel, 1);");
            }

            if (conv.Ahead(width) is > 0 and int ofInput && (conv.GroupInputs > 1 || conv.Taps.Count > 1))
            {
                writer.Blank();
                writer.Line($"ahead = ref Add(ref ahead, {ofInput * 4});");
            }

            if (last > 0 && conv.Taps.Count > 1)
            {
                writer.Blank();
                writer.Line($"w = ref Add(ref w, {(count == "inputs" ? "(16 - inputs) * 16" : Numbers.Text((16 - last) * 16))});");
            }
        }
    }

    private void Broadcasts(SourceWriter writer)
    {
        string scaled = conv.HasFactors ? $" * {width.Type}.Create(factors)" : "";
        writer.Line(_vectors == 2
            ? $"{width.Floats} tap0 = {Load("w", "0")}{scaled}, tap1 = {Load("w", NextWeights)}{scaled};"
            : $"var tap0 = {Load("w", "0")}{scaled};");
        if (conv.HasFactors)
            writer.Line("factors = ref Add(ref factors, 1);");

        for (int p = 0; p < _pixels; p++)
        {
            string value = p == 0 ? $"{width.Type}.Create(pixel)" : $"{width.Type}.Create(Add(ref pixel, {InAt(p)}))";
            writer.Line(_vectors == 2
                ? $"var x{p} = {value}; a{p} = {Fma($"x{p}", "tap0", $"a{p}")}; b{p} = {Fma($"x{p}", "tap1", $"b{p}")};"
                : $"a{p} = {Fma(value, "tap0", $"a{p}")};");
        }

        writer.Line("w = ref Add(ref w, 16);");
    }

    private void Store(SourceWriter writer)
    {
        for (int v = 0; v < _vectors; v++)
        {
            string name = v == 0 ? "a" : "b";
            if (v == 1)
            {
                writer.Line($"output = ref Add(ref output, {NextOutput});");
                if (conv.Residual is not null)
                    writer.Line($"residual = ref Add(ref residual, {NextResidual});");
            }

            for (int p = 0; p < _pixels; p++)
            {
                string at = Numbers.Text(At(conv.Out, p, 1));
                string value = conv.Residual is null
                    ? $"{name}{p}"
                    : $"{name}{p} + {Load("residual", Numbers.Text(At(conv.Residual, p, 1)))}";
                if (conv.Activation != Activation.Identity || conv.Residual is not null)
                    writer.Line(
                        $"{name}{p} = {(conv.Activation == Activation.Identity ? value : $"Activations.{conv.Activation}({value})")};");

                writer.Line($"{name}{p}.StoreUnsafe(ref output{(p == 0 ? "" : $", {at}")});");
            }

            if (conv.HasSums)
            {
                string lane = v == 0 ? "0" : Numbers.Text(width.Lanes);
                string sum = string.Join(" + ", Enumerable.Range(0, _pixels).Select(p => $"{name}{p}"));
                writer.Line($"({Load("sums", lane)} + ({sum})).StoreUnsafe(ref sums{(v == 0 ? "" : $", {lane}")});");
            }
        }
    }

    private string Load(string from, string at)
        => at == "0" ? $"{width.Type}.LoadUnsafe(ref {from})" : $"{width.Type}.LoadUnsafe(ref {from}, {at})";

    private string Fma(string a, string b, string sum) => $"{width.Type}.{width.FusedMultiplyAdd}({a}, {b}, {sum})";
}
