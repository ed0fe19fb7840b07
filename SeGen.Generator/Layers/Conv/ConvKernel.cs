using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Conv;

/// <summary>How the channels of a convolution's output depend on those of its input.</summary>
internal enum ConvForm
{
    /// <summary>Every output reads whole blocks of inputs.</summary>
    Dense,

    /// <summary>Every output reads the input of its own channel.</summary>
    Depthwise,

    /// <summary>Every output reads the few inputs of its group, which lie in its own block.</summary>
    Grouped,
}

/// <summary>
/// A direct convolution: tiles of pixels side by side in registers. The weights hold the biases, then for each block of 16 outputs its
/// taps in the order in which the kernel reads them.
/// </summary>
/// <param name="In">The input.</param>
/// <param name="Out">The output.</param>
/// <param name="Taps">What is read for a pixel.</param>
/// <param name="Form">How outputs depend on inputs.</param>
/// <param name="GroupInputs">Blocks of inputs that a dense output reads (planes of a planar input), or inputs of a group.</param>
/// <param name="Activation">Applied last.</param>
/// <param name="Residual">What is added, or null.</param>
/// <param name="HasSums">Whether the sums over the pixels are kept.</param>
internal sealed record ConvKernel(
    Place In, Place Out, Taps Taps, ConvForm Form, int GroupInputs, Activation Activation, Place? Residual, bool HasSums)
    : ConvolutionKernel(In, Out, Taps, Activation, Residual, HasSums)
{
    /// <summary>
    /// Whether each input is scaled by its factor first, for a 1 x 1 convolution behind a gate: the weights are scaled as they are read.
    /// </summary>
    public bool HasFactors { get; init; }

    /// <summary>Whether one block of outputs is computed at a time, though two would read the input less often.</summary>
    public bool IsNarrow { get; init; }

    /// <summary>Rows of a cut where the size comes at run time.</summary>
    public const int DynamicRows = 8;

    private const int CutWork = 400_000, MaxCuts = 24;

    /// <summary>
    /// Weights that the second-level cache has lost when the next image comes, and tiles over which asking for them is spread.
    /// </summary>
    private const int ColdWeights = 1 << 14, MaxTilesAhead = 8;

    public override string Name
    {
        get
        {
            string form =
                Form switch { ConvForm.Depthwise => "Depthwise", ConvForm.Grouped => $"Grouped{Numbers.Text(GroupInputs)}_", _ => "Conv" };
            string groups = Form == ConvForm.Dense && GroupInputs != In.Blocks ? $"_of{Numbers.Text(GroupInputs)}" : "";
            return $"{form}{Taps.Text}_{(In.IsPlanar ? "Planar" : "")}{In.Text}_{Out.Text}{groups}{Suffix}{(HasFactors ? "_Gate" : "")}{(IsNarrow ? "_Narrow" : "")}";
        }
    }

    public override string Summary
    {
        get
        {
            string form =
                Form switch { ConvForm.Depthwise => "depthwise ", ConvForm.Grouped => $"groups of {Numbers.Text(GroupInputs)}, ", _ => "" };
            return $"output = {Formula(HasFactors ? "factors * input" : "input")}: {form}{Numbers.Text(Taps.Rows)} x "
                + $"{Numbers.Text(Taps.Columns)}"
                + (Taps.Stride > 1 ? $", stride {Numbers.Text(Taps.Stride)}" : "") + $", {In.Shape} to {Out.Shape}"
                + (HasSums ? "; and the sums over the pixels of each band of rows." : ".");
        }
    }

    /// <summary>Blocks of outputs that a cut computes together.</summary>
    public int BlocksTogether => Form == ConvForm.Dense && !IsNarrow && Out.Blocks % 2 == 0 && BlocksOfGroup % 2 == 0 ? 2 : 1;

    /// <summary>Output blocks that read the same inputs.</summary>
    private int BlocksOfGroup => Out.Blocks / Math.Max(1, Form == ConvForm.Dense ? In.Blocks / GroupInputs : 1);

    /// <summary>Floats of the weights of a block of outputs.</summary>
    public int BlockWeights
        => Taps.Count * GroupInputs * VectorWidth.MaxLanes * (Form == ConvForm.Dense && !In.IsPlanar ? VectorWidth.MaxLanes : 1);

    /// <summary>Floats of all weights: biases first.</summary>
    public override long WeightsLength => Out.PaddedChannels + (long)Out.Blocks * BlockWeights;

    public override string PackedLayout => ConvForms.LayoutOf(Form, In.IsPlanar);

    public override int PackedInputs => GroupInputs;

    public long MultiplyAddsOfRow => (long)BlocksTogether * BlockWeights * Out.Columns;

    /// <summary>Rows of a cut; the last one may have fewer.</summary>
    public int Rows
    {
        get
        {
            if (!Out.IsFixed)
                return DynamicRows;

            int columns = Out.Blocks / BlocksTogether;
            long work = MultiplyAddsOfRow * Out.Rows;
            long bands = Math.Min(Math.Max(1, work / CutWork), Math.Max(1, MaxCuts / columns));
            int together = RowsOfTile(VectorWidth.V512);
            return (int)((Out.Rows + bands * together - 1) / (bands * together)) * together;
        }
    }

    /// <summary>Bands of rows, where the size is fixed.</summary>
    public override int Bands => (Out.Rows + Rows - 1) / Rows;

    public int Columns => Out.Blocks / BlocksTogether;

    public override Cuts CutsOf(int size) => Out.IsFixed ? new Cuts(Columns * Bands) : new Cuts(Columns, DynamicRows, size);

    /// <summary>
    /// About the floats whose reading takes as long: of the output, or of one of its pixels where the size comes at run time.
    /// </summary>
    public override long Work
        => Math.Max(1, (long)Out.Blocks * BlockWeights * (Out.IsFixed ? (long)Out.Rows * Out.Columns : 1) / Cost.MultiplyAddsOfFloat);

    private Strides I => new("In", In);

    private Strides O => new("Out", Out);

    private Strides? R => Residual is null ? null : new("Add", Residual);

    public override Signature Signature => Of(
        [Read("input"), Read("weights"), When(HasFactors, Read("factors")), When(Residual is not null, Read("residual")), Write("output"), When(HasSums, Write("sums")),
        .. I.Parameters, .. O.Parameters, Cut]);

    public override void Emit(SourceWriter writer)
    {
        I.Constants(writer);
        O.Constants(writer);
        R?.Constants(writer);
        if (Out.IsFixed)
            writer.Line($"private const nuint Rows = {Rows}, Bands = {Bands};");

        writer.Line($"private const nuint BlockWeights = {BlockWeights};");
        writer.Blank();
        EmitWidths(writer, width => EmitCut(writer, width));
        foreach (VectorWidth width in VectorWidth.All)
        {
            int rowsOfTile = RowsOfTile(width);
            if (rowsOfTile > 1)
                new ConvTile(this, width, rowsOfTile, Out.Columns).Emit(writer);

            if (rowsOfTile == 1 || HasRestOfRows(width))
            {
                foreach (int pixels in TileSizes(width).Distinct())
                    new ConvTile(this, width, 1, pixels).Emit(writer);
            }
        }
    }

    /// <summary>Vectors that a tile keeps for each pixel.</summary>
    public int VectorsOf(VectorWidth width) => Form != ConvForm.Dense ? 1 : width.Lanes == 16 ? BlocksTogether : 2;

    /// <summary>
    /// Pixels of a tile at most: with a pixel's vectors, the weights and one input it must fit the registers, 32 with 512 bits, else 16.
    /// </summary>
    private int MostPixels(VectorWidth width) => width.Lanes == 16 ? 14 : Form == ConvForm.Dense ? 6 : Form == ConvForm.Depthwise ? 8 : 5;

    /// <summary>Rows of a tile: of narrow maps more than one, so that weights are read for as many pixels as of wide ones.</summary>
    public int RowsOfTile(VectorWidth width)
        => Out.IsFixed && In.IsFixed ? Math.Max(1, Math.Min(Out.Rows, MostPixels(width) / Out.Columns)) : 1;

    /// <summary>Whether a cut has rows left that are fewer than a tile's.</summary>
    public bool HasRestOfRows(VectorWidth width)
        => (Bands > 1 && Rows % RowsOfTile(width) > 0) || (Out.Rows - (Bands - 1) * Rows) % RowsOfTile(width) > 0;

    /// <summary>Tiles of the whole map, where the size is fixed.</summary>
    public int TilesOfMap(VectorWidth width)
    {
        int rows = RowsOfTile(width);
        return (Out.Rows + rows - 1) / rows * ((Out.Columns + TileSizes(width)[0] - 1) / TileSizes(width)[0]);
    }

    /// <summary>
    /// Floats of the next outputs' weights that a tile asks for with every input that it multiplies, so that they come evenly; 0 where
    /// weights are few, or used for so many pixels that reading them is little.
    /// </summary>
    public int Ahead(VectorWidth width)
        => width.Lanes == 16 && Form == ConvForm.Dense && !In.IsPlanar && Out.IsFixed && WeightsLength > ColdWeights
            && TilesOfMap(width) <= MaxTilesAhead
            ? BlocksTogether * 16 / TilesOfMap(width)
            : 0;

    /// <summary>
    /// The same of narrower vectors, for each block of inputs: their tiles are smaller, and so many that a line for every input would be
    /// too much. Of 1 x 1 convolutions only: larger ones are Winograd's where their weights are many.
    /// </summary>
    public int AheadOfBlock(VectorWidth width)
    {
        int calls = TilesOfMap(width) * PartsOf(width);
        return width.Lanes < 16 && Form == ConvForm.Dense && Taps.Count == 1 && GroupInputs >= 4 && Out.IsFixed
            && WeightsLength > ColdWeights && calls <= BlocksTogether * 16
            ? BlocksTogether * 256 / calls
            : 0;
    }

    /// <summary>Whether its tiles ask for the next outputs' weights.</summary>
    public bool AsksAhead(VectorWidth width) => Ahead(width) > 0 || AheadOfBlock(width) > 0;

    /// <summary>Tiles of the same pixels, for the lanes of the blocks that are computed together.</summary>
    public int PartsOf(VectorWidth width) => width.Lanes == 16 ? 1 : 16 * BlocksTogether / (VectorsOf(width) * width.Lanes);

    /// <summary>The pixels of a tile, and of the last one of a row.</summary>
    public int[] TileSizes(VectorWidth width)
    {
        int most = MostPixels(width);
        if (!Out.IsFixed)
            return [most, 1];

        int tiles = (Out.Columns + most - 1) / most;
        int pixels = (Out.Columns + tiles - 1) / tiles;
        return [pixels, Out.Columns - (tiles - 1) * pixels];
    }

    private void EmitCut(SourceWriter writer, VectorWidth? width)
    {
        I.Locals(writer);
        O.Locals(writer);
        if (R is { } add && !add.Place.IsFixed)
            new Strides("Add", add.Place).LocalsFrom(writer, "outSize");

        string rows = Out.IsFixed ? "Rows" : Numbers.Text(DynamicRows);
        string bands = Out.IsFixed ? "Bands" : "bands";
        if (!Out.IsFixed)
            writer.Line($"nuint bands = ({O.Height} + {DynamicRows - 1}) / {DynamicRows};");

        string together = Numbers.Text(BlocksTogether);
        writer.Line($"nuint block = (nuint)cut / {bands} * {together}, band = (nuint)cut % {bands};");
        writer.Line($"nuint fromRow = band * {rows}, lastRow = nuint.Min(fromRow + {rows}, {O.Height});");
        string group = Form == ConvForm.Dense
            ? BlocksOfGroup == Out.Blocks ? "" : $" + block / {Numbers.Text(BlocksOfGroup)} * {Numbers.Text(GroupInputs)} * {I.Block}"
            : $" + block * {I.Block}";
        int skipRows = In.Border + Taps.Top, skipColumns = In.Border + Taps.Left;
        string skip = skipRows != skipColumns ? $"{Numbers.Text(skipRows)} * {I.Row} + {Numbers.Text(skipColumns * In.Pixel)}"
            : skipRows == 0 ? "0" : $"{Numbers.Text(skipRows)} * ({I.Row} + {Numbers.Text(In.Pixel)})";
        writer.Line($"ref float x = ref Add(ref AsRef(in input), {skip}{group});");
        writer.Line($"ref float bias = ref Add(ref AsRef(in weights), block * 16);");
        writer.Line($"ref float w = ref Add(ref AsRef(in weights), {Out.PaddedChannels} + block * BlockWeights);");
        if (R is { } from)
            writer.Line($"ref float addend = ref Add(ref AsRef(in residual), {from.FirstPlus}block * {from.Block});");

        writer.Line($"ref float y = ref Add(ref output, {O.FirstPlus}block * {O.Block});");
        if (HasSums)
        {
            writer.Line($"ref float total = ref Add(ref sums, band * {Out.PaddedChannels} + block * 16);");
            writer.Line($"MemoryMarshal.CreateSpan(ref total, {16 * BlocksTogether}).Clear();");
        }

        new ConvRows(this, width, I, O, R).Emit(writer);
    }
}
