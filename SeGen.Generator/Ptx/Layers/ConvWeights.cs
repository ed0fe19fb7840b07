namespace SeGen.Generator.Ptx.Layers;

/// <summary>
/// A convolution's weights as the left factor: a row for each channel of the output, as the state_dict has them, input channels and taps
/// along the depth.
/// </summary>
/// <param name="context">The kernel.</param>
/// <param name="firstRow">The block's first row within its group.</param>
/// <param name="group">The group.</param>
internal sealed class ConvWeights(LayerContext context, string firstRow, string group) : ProductOperand
{
    private readonly PtxWriter _writer = context.Writer;
    private string _depth = "";
    private string[] _at = [], _isThere = [];

    public override bool IsAlongDepth => true;

    public override void Begin(IReadOnlyList<string> depths, IReadOnlyList<string> lines)
    {
        string rows = context.Number("rows"), ofGroup = _writer.Integer("mul.lo.u32", "rowOfGroup", group, rows);
        _depth = _writer.Integer("mov.u32", "weightDepth", depths[0]);
        (_at, _isThere) = (new string[lines.Count], new string[lines.Count]);
        for (int i = 0; i < lines.Count; i++)
        {
            string row = _writer.Integer("add.u32", "row", firstRow, lines[i]);
            _isThere[i] = _writer.Compare("lt.u32", "isRow", row, rows);
            string at = _writer.Integer(
                "mad.lo.u32", "weight", _writer.Integer("add.u32", "weightRow", ofGroup, row), context.Number("depth"), _depth);
            _at[i] = context.At("weights", at);
        }
    }

    public override string[] Load()
    {
        var values = new string[_at.Length];
        string isThere = _writer.Predicate("isWeight");
        for (int i = 0; i < _at.Length; i++)
        {
            values[i] = _writer.Real("mov.f32", "weight", PtxWriter.Constant(0f));
            _writer.Line($"setp.lt.and.u32 {isThere}, {_depth}, {context.Number("depth")}, {_isThere[i]}");
            _writer.Line($"@{isThere} ld.global.nc.f32 {values[i]}, [{_at[i]}]");
        }

        return values;
    }

    public override void Advance()
    {
        _writer.Line($"add.u32 {_depth}, {_depth}, {LayerContext.Text(ProductTile.Depth)}");
        foreach (string at in _at)
            _writer.Line($"add.u64 {at}, {at}, {LayerContext.Text(ProductTile.Depth * 4)}");
    }
}
