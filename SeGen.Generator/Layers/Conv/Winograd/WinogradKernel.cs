using SeGen.Generator.Model;
using SeGen.Generator.Planning;
using SeGen.Generator.Programs;
using SeGen.Generator.Text;
using static SeGen.Generator.Programs.Signature;

namespace SeGen.Generator.Layers.Conv.Winograd;

/// <summary>
/// A 3 x 3 convolution of stride 1 by Winograd's minimal filtering: tiles of the input are transformed, multiplied point by point by
/// transformed weights (for each point a product of matrices over the channels), and transformed back; bias, residual, activation and sums
/// are done while a tile of the output is in registers.
/// <para>Fused, a cut takes a few tiles all the way, in a workspace that stays in its core's cache; in two phases all tiles are transformed
/// first, cut by blocks of inputs, and then multiplied, cut by blocks of outputs: so that large weights are read once.</para>
/// </summary>
/// <param name="In">The input, of fixed size.</param>
/// <param name="Out">The output.</param>
/// <param name="Taps">3 x 3, stride 1.</param>
/// <param name="Form">F(4x4, 3x3) or F(2x2, 3x3).</param>
/// <param name="Activation">Applied last.</param>
/// <param name="Residual">What is added, or null.</param>
/// <param name="HasSums">Whether the sums over the pixels are kept.</param>
internal sealed record WinogradKernel(
    Place In, Place Out, Taps Taps, WinogradForm Form, Activation Activation, Place? Residual, bool HasSums)
    : ConvolutionKernel(In, Out, Taps, Activation, Residual, HasSums)
{
    /// <summary>
    /// Floats of weights that stay in a core's second-level cache beside the tiles, so that every few tiles may read all of them.
    /// </summary>
    private const int CachedWeights = 1 << 18;

    /// <summary>Floats of weights so few that two threads may as well read all of them.</summary>
    private const int SmallWeights = 40_000;

    /// <summary>The most tiles that are transformed before the first is multiplied.</summary>
    private const int PhasedTiles = 64;

    /// <summary>Floats of transformed tiles that leave room for weights in the second-level cache.</summary>
    private const int CachedTiles = 1 << 18;

    public override string Name
        => $"Winograd{Numbers.Text(Form.Outputs)}{(Taps.Text == "3x3" ? "" : $"_{Taps.Text}")}_{In.Text}_{Out.Text}{Suffix}";

    public override string Summary => $"output = {Formula("input")}: 3 x 3 by Winograd's {Form.Title}, {In.Shape} to {Out.Shape}, "
        + $"{Numbers.Text(TilesDown)} x {Numbers.Text(TilesAcross)} tiles{(HasSums ? "; and the sums over the pixels of each cut." : ".")}";

    public override string PackedLayout => $"Winograd{Numbers.Text(Form.Outputs)}";

    public override int PackedInputs => Group;

    public int TilesAcross => (Out.Width + Form.Outputs - 1) / Form.Outputs;

    public int TilesDown => (Out.Height + Form.Outputs - 1) / Form.Outputs;

    public int AllTiles => TilesAcross * TilesDown;

    /// <summary>Multiply-adds of the products, without the transforms.</summary>
    public long MultiplyAdds(int inputs, int outputs) => (long)Form.Points * inputs * outputs * AllTiles;

    /// <summary>Floats of the transformed weights.</summary>
    public long TransformedWeights => (long)Form.Points * In.PaddedChannels * Out.PaddedChannels;

    public override long WeightsLength => Out.PaddedChannels + TransformedWeights;

    /// <summary>Whether all tiles are transformed before any is multiplied.</summary>
    public bool IsPhased => TransformedWeights > SmallWeights && AllTiles <= PhasedTiles;

    /// <summary>Tiles that are multiplied together.</summary>
    public int Tiles
    {
        get
        {
            if (IsPhased)
                return AllTiles;

            // Where the weights are read from the second-level cache a dozen tiles do; else as many as fit there themselves.
            int most = TransformedWeights <= CachedWeights
                ? 16
                : Math.Max(14, Math.Min(PhasedTiles, CachedTiles / (Form.Points * In.PaddedChannels)));
            int cuts = Math.Max((AllTiles + most - 1) / most, Math.Min(2, AllTiles));
            cuts += cuts > 1 ? cuts % 2 : 0;
            return (AllTiles + cuts - 1) / cuts;
        }
    }

    public override int Bands => IsPhased ? 1 : (AllTiles + Tiles - 1) / Tiles;

    /// <summary>Cuts of the first of two phases.</summary>
    public int TransformCuts => In.Blocks;

    public override Cuts CutsOf(int size) => new(IsPhased ? Out.Blocks / Group : Bands);

    /// <summary>
    /// Blocks of outputs that are multiplied, point by point, before their tiles are transformed back: in two phases a cut has one such
    /// group. The weights of a group lie in the order in which they are read.
    /// </summary>
    public int Group => Out.Blocks % 4 == 0 && (Out.Blocks >= 16 || Tiles <= 6) ? 4 : Out.Blocks % 2 == 0 ? 2 : 1;

    public override long Work
        => Math.Max(1, Form.Points * (long)In.PaddedChannels * Out.PaddedChannels * AllTiles / Cost.MultiplyAddsOfFloat);

    /// <summary>
    /// Floats from the transformed tiles of a point to the next one's: a cache line more than they are, lest all fall on the same sets.
    /// </summary>
    public int TilesPoint => In.Blocks * Tiles * 16 + 16;

    /// <summary>Floats of the transformed tiles.</summary>
    public int TilesLength => Form.Points * TilesPoint;

    /// <summary>Floats from the products of a point to the next one's.</summary>
    public int ProductsPoint => Group * Tiles * 16 + 16;

    private int ProductsLength => Form.Points * ProductsPoint;

    /// <summary>Floats of the weights of a point, for the outputs of a group.</summary>
    private int WeightsPoint => In.PaddedChannels * Group * 16;

    /// <summary>Floats of a tile of a block.</summary>
    public int TileLength => Form.Points * 16;

    public override int WorkspaceLength => (IsPhased ? 0 : TilesLength) + ProductsLength + 2 * TileLength;

    public override int TrainingWorkspaceLength => VectorWidth.Pad(WorkspaceLength) + (IsPhased ? TilesLength : 0);

    /// <summary>Rows of the input, from the first of a tile in the last row of tiles on, that are there.</summary>
    public int LastRows => In.Height + 2 * In.Border - (In.Border + Taps.Top) - (TilesDown - 1) * Form.Outputs;

    /// <summary>Columns likewise.</summary>
    public int LastColumns => In.Width + 2 * In.Border - (In.Border + Taps.Left) - (TilesAcross - 1) * Form.Outputs;

    /// <summary>Whether tiles reach beyond what there is of the input.</summary>
    public bool HasEdges => LastRows < Form.Inputs || LastColumns < Form.Inputs;

    private Strides I => new("In", In);

    private Strides O => new("Out", Out);

    private Strides? R => Residual is null ? null : new("Add", Residual);

    /// <summary>The method of the first of two phases.</summary>
    public const string TransformMethod = "Transform";

    public override Signature Signature => Of(
        Read(IsPhased ? "transformed" : "input"), Read("weights"), When(Residual is not null, Read("residual")), Write("output"),
        When(HasSums, Write("sums")), Write("workspace"),
        Signature.Cut);

    public override Signature SignatureOf(string method)
        => method == TransformMethod ? Of(Read("input"), Write("transformed"), Write("workspace"), Signature.Cut) : Signature;

    public override void Emit(SourceWriter writer)
    {
        I.Constants(writer);
        O.Constants(writer);
        R?.Constants(writer);
        writer.Line($"private const nuint TilesDown = {TilesDown}, TilesAcross = {TilesAcross}, Tiles = {Tiles}; // "
            + $"{(IsPhased ? "all" : "of a cut")}");
        writer.Line($"private const nuint TilesPoint = {TilesPoint}, WeightsPoint = {WeightsPoint}, ProductsPoint = {ProductsPoint}; // "
            + $"from one point to the next");
        writer.Blank();
        if (IsPhased)
        {
            EmitWidths(writer, TransformCut, TransformMethod);
            writer.Blank();
        }

        EmitWidths(writer, width => Cut(writer, width));
        foreach (VectorWidth? width in VectorWidth.All.Append(null))
        {
            new WinogradInput(this, width).Emit(writer);
            new WinogradProduct(this, width).Emit(writer);
            new WinogradOutput(this, width, R).Emit(writer);
        }

        void TransformCut(VectorWidth? width)
        {
            writer.Line($"TileRows{Bits(width)}(ref Add(ref AsRef(in input), {Skip}(nuint)cut * InBlock), ref Add(ref transformed, "
                + $"(nuint)cut * {Tiles * 16}), 0, Tiles, ref workspace);");
        }
    }

    /// <summary>The activation of a value, or the value itself.</summary>
    public string Activate(string value) => Activate(Activation, value);

    /// <summary>What lies before the first pixel that is read, to be added to; "" where nothing does.</summary>
    private string Skip
    {
        get
        {
            int rows = In.Border + Taps.Top, columns = In.Border + Taps.Left;
            return rows == 0 && columns == 0 ? "" : $"{Numbers.Text(rows)} * InRow + {Numbers.Text(columns * 16)} + ";
        }
    }

    private void Cut(SourceWriter writer, VectorWidth? width)
    {
        string bits = Bits(width), group = Numbers.Text(Group * 16);
        if (IsPhased)
        {
            writer.Line($"nuint block = (nuint)cut * {Group};");
            writer.Line($"ref float products = ref workspace, scratch = ref Add(ref workspace, {ProductsLength});");
            if (HasSums)
                writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref sums, block * 16), {group}).Clear();");

            writer.Blank();
            Outputs(writer, "ref AsRef(in transformed)", bits, "0, Tiles", "");
            return;
        }

        writer.Line($"nuint first = (nuint)cut * Tiles, count = nuint.Min(Tiles, {AllTiles} - first);");
        writer.Line($"ref float transformed = ref workspace, products = ref Add(ref workspace, {TilesLength}), scratch = ref Add(ref "
            + $"workspace, {TilesLength + ProductsLength});");
        if (HasSums)
            writer.Line($"MemoryMarshal.CreateSpan(ref Add(ref sums, (nuint)cut * {Out.PaddedChannels}), {Out.PaddedChannels}).Clear();");

        using (writer.Block($"for (nuint block = 0; block < {In.Blocks}; block++)"))
            writer.Line($"TileRows{bits}(ref Add(ref AsRef(in input), {Skip}block * InBlock), ref Add(ref transformed, block * "
                + $"{Tiles * 16}), first, count, ref scratch);");

        writer.Blank();
        using (writer.Block($"for (nuint block = 0; block < {Out.Blocks}; block += {Group})"))
            Outputs(writer, "ref transformed", bits, "first, count", $"(nuint)cut * {Numbers.Text(Out.PaddedChannels)} + ");
    }

    /// <summary>The outputs that are multiplied together: products, then the way back block by block.</summary>
    private void Outputs(SourceWriter writer, string transformed, string bits, string tiles, string band)
    {
        writer.Line($"Multiply{bits}({transformed}, ref Add(ref AsRef(in weights), {Out.PaddedChannels} + block * "
            + $"{TransformedWeights / Out.Blocks}), ref products);");
        using (writer.Block($"for (nuint b = 0; b < {Group}; b++)"))
        {
            string residual = R is { } r ? $"ref Add(ref AsRef(in residual), {r.FirstPlus}(block + b) * {r.Block}), " : "";
            string sums = HasSums ? $"ref Add(ref sums, {band}(block + b) * 16), " : "";
            writer.Line($"PixelRows{bits}(ref Add(ref products, b * {Tiles * 16}), ref Add(ref AsRef(in weights), (block + b) * 16), "
                + $"{residual}ref Add(ref output, {O.FirstPlus}(block + b) * OutBlock), {sums}{tiles}, ref scratch);");
        }
    }
}
