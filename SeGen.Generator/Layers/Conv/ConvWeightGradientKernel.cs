using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Conv;

/// <summary>
/// dW[o, i, tap] = the sum over images and pixels of x[i, pixel + tap] g[o, pixel]. A cut is a pair of a block of inputs and one or two of
/// outputs, for a group of images: it keeps a few inputs times its outputs in registers over some rows, then adds them to the sums, which
/// lie as the convolution's packed weights do. The groups' sums are added up in their order.
/// </summary>
/// <param name="In">The convolution's input.</param>
/// <param name="Gradient">The gradient of its output.</param>
/// <param name="Taps">The convolution's taps.</param>
/// <param name="Form">The convolution's form.</param>
/// <param name="GroupInputs">Blocks of inputs that an output reads (planes of a planar input), or inputs of a group.</param>
internal sealed record ConvWeightGradientKernel(Place In, Place Gradient, Taps Taps, ConvForm Form, int GroupInputs) : KernelSpec
{
    /// <summary>
    /// Pixels that are summed up in registers before they are added to the sums: as many as the first-level cache holds with their inputs.
    /// </summary>
    private const int Chunk = 224;

    private const int MaxCuts = 16, MaxSums = 1 << 22;

    public override string Name
    {
        get
        {
            string form =
                Form switch { ConvForm.Depthwise => "Depthwise", ConvForm.Grouped => $"Grouped{Numbers.Text(GroupInputs)}_", _ => "Conv" };
            string groups = Form == ConvForm.Dense && GroupInputs != In.Blocks ? $"_of{Numbers.Text(GroupInputs)}" : "";
            return $"{form}Weights{Taps.Text}_{(In.IsPlanar ? "Planar" : "")}{In.Text}_{Gradient.Text}{groups}";
        }
    }

    public override string Summary
        => $"sums = the gradient of the weights of a convolution, {Numbers.Text(Taps.Rows)} x {Numbers.Text(Taps.Columns)}, from "
            + $"{In.Shape} and the gradient of {Gradient.Shape}.";

    /// <summary>Floats of the weights of a block of outputs.</summary>
    public int BlockWeights => Taps.Count * GroupInputs * VectorWidth.MaxLanes * (IsBlocked ? VectorWidth.MaxLanes : 1);

    public long SumsLength => (long)Gradient.Blocks * BlockWeights;

    /// <summary>Cuts of a group of images.</summary>
    public int Pairs => Gradient.Blocks / BlocksTogether * (IsBlocked ? GroupInputs : 1);

    /// <summary>The most groups that the images of a batch are split into.</summary>
    public int Groups => (int)Math.Max(1, Math.Min((MaxCuts + Pairs - 1) / Pairs, MaxSums / SumsLength));

    /// <summary>Multiply-adds of an image, where the size is fixed.</summary>
    public long MultiplyAdds => SumsLength * Gradient.Height * Gradient.Width;

    private bool IsBlocked => Form == ConvForm.Dense && !In.IsPlanar;

    private int BlocksOfGroup => Gradient.Blocks / Math.Max(1, Form == ConvForm.Dense ? In.Blocks / GroupInputs : 1);

    private int BlocksTogether => IsBlocked && BlocksOfGroup % 2 == 0 ? 2 : 1;

    private Strides X => new("In", In);

    private Strides G => new("Gradient", Gradient);

    public override Signature Signature => Of(
        Read("input"), Read("gradient"), Write("sums"), new("stride", Access.Value, "nuint"), new("images", Access.Value, "nuint"),
        new("groups", Access.Value, "nuint"),
        When(!In.IsFixed, new("inSize", Access.Value, "MapSize")), When(!In.IsFixed, new("gradientSize", Access.Value, "MapSize")),
        Signature.Cut);

    public override void Emit(SourceWriter writer)
    {
        X.Constants(writer);
        G.Constants(writer);
        writer.Line($"private const nuint BlockWeights = {BlockWeights};");
        writer.Blank();
        EmitWidths(writer, width => Cut(writer, width));
        foreach (VectorWidth? width in VectorWidth.All.Append(null))
            new ConvWeightTile(this, X, G, width, VectorsOf(width), InputsOf(width)).Emit(writer);
    }

    /// <summary>Vectors of outputs that a tile keeps for each input.</summary>
    private int VectorsOf(VectorWidth? width) => width is null || !IsBlocked ? 1 : width.Lanes == 16 ? BlocksTogether : 2;

    /// <summary>Inputs that a tile keeps: with the outputs' vectors as many as fit the registers, 32 with 512 bits, else 16.</summary>
    private int InputsOf(VectorWidth? width) => !IsBlocked
        ? Form == ConvForm.Grouped ? GroupInputs : Taps.Columns
        : width is null ? 1 : width.Lanes == 16 ? 16 / BlocksTogether : 4;

    private void Cut(SourceWriter writer, VectorWidth? width)
    {
        X.LocalsFrom(writer, "inSize");
        G.LocalsFrom(writer, "gradientSize");
        string pairs = Numbers.Text(Pairs), together = Numbers.Text(BlocksTogether);
        writer.Line($"nuint group = (nuint)cut / {pairs}, pair = (nuint)cut % {pairs};");
        writer.Line("nuint firstImage = images * group / groups, lastImage = images * (group + 1) / groups;");
        writer.Line(IsBlocked
            ? $"nuint block = pair / {Numbers.Text(GroupInputs)} * {together}, from = pair % {Numbers.Text(GroupInputs)};"
            : "nuint block = pair;");
        string first = !IsBlocked ? Form == ConvForm.Dense ? "" : $" + block * {X.Block}"
            : BlocksOfGroup == Gradient.Blocks
                ? $" + from * {X.Block}"
                : $" + (block / {Numbers.Text(BlocksOfGroup)} * {Numbers.Text(GroupInputs)} + from) * {X.Block}";
        int skipRows = In.Border + Taps.Top, skipColumns = In.Border + Taps.Left;
        string skip = skipRows == 0 && skipColumns == 0
            ? "0"
            : $"{Numbers.Text(skipRows)} * {X.Row} + {Numbers.Text(skipColumns * In.Pixel)}";
        writer.Line($"ref float x = ref Add(ref AsRef(in input), {skip}{first});");
        writer.Line($"ref float g = ref Add(ref AsRef(in gradient), {G.FirstPlus}block * {G.Block});");
        writer.Line($"ref float to = ref Add(ref sums, group * {SumsLength} + block * "
            + $"BlockWeights{(IsBlocked && GroupInputs > 1 ? $" + from * {Numbers.Text(Taps.Count * 256)}" : "")});");
        int length = IsBlocked ? Taps.Count * 256 : BlockWeights;
        for (int b = 0; b < BlocksTogether; b++)
            writer.Line($"MemoryMarshal.CreateSpan(ref {(b == 0 ? "to" : "Add(ref to, BlockWeights)")}, {length}).Clear();");

        writer.Blank();
        writer.Line("// As many rows, or whole images, as the first-level cache holds.");
        string chunk = Numbers.Text(Chunk);
        if (In.IsFixed)
        {
            int rows = Math.Min(Gradient.Height, Math.Max(1, Chunk / Gradient.Width));
            int together2 = rows < Gradient.Height ? 1 : Math.Max(1, Chunk / (Gradient.Height * Gradient.Width));
            writer.Line($"const nuint MaxRows = {rows}, MaxImages = {together2};");
        }
        else
        {
            writer.Line($"nuint MaxRows = nuint.Min({G.Height}, nuint.Max(1, {chunk} / {G.Width}));");
            writer.Line($"nuint MaxImages = MaxRows < {G.Height} ? 1 : nuint.Max(1, {chunk} / ({G.Height} * {G.Width}));");
        }

        using (writer.Block("for (nuint image = firstImage; image < lastImage; image += MaxImages)"))
        using (writer.Block($"for (nuint row = 0; row < {G.Height}; row += MaxRows)"))
        {
            writer.Line($"nuint chunkImages = nuint.Min(MaxImages, lastImage - image), chunkRows = nuint.Min(MaxRows, {G.Height} - row);");
            writer.Line($"ref float xChunk = ref Add(ref x, image * stride + row * {Taps.Stride} * {X.Row});");
            writer.Line($"ref float gChunk = ref Add(ref g, image * stride + row * {G.Row});");
            Tiles(writer, width);
        }
    }

    /// <summary>All tiles of a chunk: taps, inputs, vectors of outputs.</summary>
    private void Tiles(SourceWriter writer, VectorWidth? width)
    {
        string dilation = Taps.Dilation == 1 ? "" : $" * {Numbers.Text(Taps.Dilation)}", pixel = Numbers.Text(In.Pixel);
        int lanes = width?.Lanes ?? 1, inputs = InputsOf(width), perTile = lanes == 16 ? 16 : VectorsOf(width) * lanes;
        var scopes = new Stack<SourceWriter.Scope>();
        var xAt = new List<string>();
        var toAt = new List<string>();
        if (Form == ConvForm.Dense && In.IsPlanar && GroupInputs > 1)
        {
            scopes.Push(writer.Block($"for (nuint plane = 0; plane < {GroupInputs}; plane++)"));
            xAt.Add($"plane * {X.Block}");
            toAt.Add($"plane * {Numbers.Text(Taps.Count * 16)}");
        }

        int tap = IsBlocked ? 256 : Form == ConvForm.Grouped ? GroupInputs * 16 : 16;
        if (Taps.Rows > 1)
        {
            scopes.Push(writer.Block($"for (nuint ky = 0; ky < {Taps.Rows}; ky++)"));
            xAt.Add($"ky{dilation} * {X.Row}");
            toAt.Add($"ky * {Numbers.Text(Taps.Columns * tap)}");
        }

        // Where a tile keeps no inputs of a block side by side, it keeps the taps of a row.
        if (Taps.Columns > 1 && (IsBlocked || Form == ConvForm.Grouped))
        {
            scopes.Push(writer.Block($"for (nuint kx = 0; kx < {Taps.Columns}; kx++)"));
            xAt.Add($"kx{dilation} * {pixel}");
            toAt.Add($"kx * {Numbers.Text(tap)}");
        }

        if (IsBlocked && inputs < 16)
        {
            scopes.Push(writer.Block($"for (nuint i = 0; i < 16; i += {inputs})"));
            xAt.Add("i");
            toAt.Add("i * 16");
        }

        string of = "";
        if (perTile < 16)
        {
            int blocks = IsBlocked ? BlocksTogether : 1;
            scopes.Push(writer.Block($"for (nuint o = 0; o < {16 * blocks}; o += {perTile})"));
            of = blocks == 1 ? "o" : $"o / 16 * {G.Block} + o % 16";
            toAt.Add(blocks == 1 ? "o" : "o / 16 * BlockWeights + o % 16");
            if (Form == ConvForm.Depthwise)
                xAt.Add("o");
            else if (Form == ConvForm.Grouped)
                xAt.Add(lanes >= GroupInputs ? "o" : $"o / {Numbers.Text(GroupInputs)} * {Numbers.Text(GroupInputs)}");
        }
        else if (IsBlocked && lanes < 16 && BlocksTogether == 2)
        {
            // Two vectors of 256 bits are a whole block: the other one is a tile of its own.
            scopes.Push(writer.Block("for (nuint b = 0; b < 2; b++)"));
            of = $"b * {G.Block}";
            toAt.Add("b * BlockWeights");
        }

        string at(string start, IReadOnlyCollection<string> offsets)
            => offsets.Count == 0 ? $"ref {start}" : $"ref Add(ref {start}, {string.Join(" + ", offsets)})";
        writer.Line($"Tile{Bits(width)}({at("xChunk", xAt)}, {at("gChunk", of.Length == 0 ? [] : [of])}, {at("to", toAt)}, chunkImages, "
            + $"chunkRows, stride{(In.IsFixed ? "" : $", {X.Row}, {G.Row}, {G.Block}, {G.Width}")});");
        while (scopes.Count > 0)
            scopes.Pop().Dispose();
    }
}
