using SeGen.Generator.Model;
using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The way back through the dense layers, by one block: dt = ds gate'(t) with ds = sum of dy x, da = (W2^T dt) act'(a), dz = W1^T da, and
/// what each pixel and each maximum has of dz.
/// </summary>
internal sealed class GateExciteGradient(GateContext context, string image)
{
    // As many in every form, so that sums are added in the same order.
    private const int Warps = 8;

    private readonly PtxWriter _writer = context.Writer;
    private readonly GateLaunch _launch = context.Launch;
    private readonly GateSpec _gate = context.Launch.Gate;
    private readonly PtxThread _thread = context.Thread;

    public void Write()
    {
        string state = context.OfImage("state", image, _launch.StateOfImage), changes = context.OfImage(
            "changes", image, _launch.ChangesOfImage);
        string partials = context.OfImage("partials", image, _launch.PartialsOfImage);
        GateInputs(state, changes, partials);
        if (_gate.Hidden == 0)
            return;

        _writer.Line("bar.sync 0");
        Hidden(state, changes);
        _writer.Line("bar.sync 0");
        Squeezed(changes, partials);
    }

    private void GateInputs(string state, string changes, string partials)
    {
        _writer.Phase("dt = ds gate'(t), with ds the parts of each channel, in their order.");
        EachChannel(c =>
        {
            string of = GateDense.Combined(_writer, _launch, Parts(c, partials), 0, _writer.Sum);
            string slope = _gate.Gate == Gate.Sigmoid
                ? _writer.SigmoidSlope(Load(state, c, _launch.GatesAt, "gate"))
                : _writer.HardSigmoidSlope(Load(state, c, _launch.GateInputAt, "gateInput"));
            _writer.Line($"st.global.f32 {_writer.Element(changes, c, GateLaunch.GateInputGradientAt)}, "
                + $"{_writer.Real("mul.rn.f32", "change", of, slope)}");
        });
    }

    /// <summary>
    /// A lane for a row and a warp for every so-manieth channel, since rows of W2 lie beside each other; then the warps, in their order.
    /// </summary>
    private void Hidden(string state, string changes)
    {
        string array = _writer.Shared("rows_of_warps", Warps * GateLaunch.Lanes), weights = context["weights"];
        string mine = _writer.Integer("mad.lo.u32", "mine", _thread.Number, "4", _writer.Integer("mov.u32", "rowsOfWarps", array));
        _writer.Phase($"da = (W2^T dt) act'(a): a lane for a row, a warp for every {Numbers.Text(Warps)}th channel; then the warps, in "
            + $"their order.");
        if (_gate.Hidden <= GateLaunch.Lanes)
        {
            Rows("0");
            return;
        }

        _writer.Loop("firstRow", _writer.Integer("mov.u32", "none", "0"), Numbers.Text(_gate.Hidden), Numbers.Text(GateLaunch.Lanes), first =>
        {
            Rows(first);
            _writer.Line("bar.sync 0");
        });

        void Rows(string first)
        {
            string summed = _writer.Label("rows_summed"), written = _writer.Label("rows_written");
            string row = first == "0" ? _thread.Lane : _writer.Integer("add.u32", "row", first, _thread.Lane);
            string isBeyond = _writer.Compare("ge.u32", "isBeyond", row, Numbers.Text(_gate.Hidden));
            _writer.Line($"@{isBeyond} bra {summed}");
            if (_launch.Threads > Warps * GateLaunch.Lanes)
            {
                string isIdle = _writer.Compare("ge.u32", "isIdle", _thread.Warp, Numbers.Text(Warps));
                _writer.Line($"@{isIdle} bra {summed}");
            }

            string column = _writer.Wide("mad.wide.u32", "column", row, "4", weights);
            string dot = GateDense.Dot(
                _writer, "c", _thread.Warp, _launch.Channels, Warps, column, _launch.ExpandWeightsAt, changes,
                GateLaunch.GateInputGradientAt, start: null, weightStride: _gate.Hidden);
            _writer.Line($"st.shared.f32 [{mine}], {dot}");
            _writer.Place(summed);
            _writer.Line("bar.sync 0");

            string isOther = _writer.Compare("ne.u32", "isOther", _thread.Warp, "0");
            _writer.Line($"@{isOther} bra {written}");
            _writer.Line($"@{isBeyond} bra {written}");
            string[] ofWarps = [.. Enumerable.Range(0, Warps).Select(
                w => _writer.Real("ld.shared.f32", "ofWarp", PtxPhrases.Place(mine, 4L * w * GateLaunch.Lanes)))];
            string slope = _writer.ActivationSlope(_gate.Activation, Load(state, row, _launch.PreactivationAt, "preactivation"));
            string change = _writer.Real("mul.rn.f32", "change", ofWarps.Skip(1).Aggregate(ofWarps[0], _writer.Sum), slope);
            _writer.Line($"st.global.f32 {_writer.Element(changes, row, _launch.PreactivationGradientAt)}, {change}");
            _writer.Place(written);
        }
    }

    private void Squeezed(string changes, string partials)
    {
        _writer.Phase("dz = W1^T da: a thread for a channel; and each pixel's part of it.");
        string share = _launch.HasSum ? context.Share() : "";
        EachChannel(c =>
        {
            string column = _writer.Wide("mad.wide.u32", "column", c, "4", context["weights"]);
            string of = GateDense.Dot(
                _writer, "r", _writer.Integer("mov.u32", "zero", "0"), _gate.Hidden, 1, column, GateLaunch.ReduceWeightsAt, changes,
                _launch.PreactivationGradientAt, start: null, weightStride: _launch.Channels);
            if (_gate.Squeeze == Squeeze.MeanMaxAverage)
                of = _writer.Real("mul.rn.f32", "half", of, PtxWriter.Constant(0.5f));

            if (_launch.HasSum)
                _writer.Line($"st.global.f32 {_writer.Element(changes, c, _launch.PixelGradientAt)}, "
                    + $"{_writer.Real("mul.rn.f32", "ofPixel", of, share)}");

            if (!_launch.HasMaximum)
                return;

            string ties = GateDense.Combined(_writer, _launch, Parts(c, partials), _launch.Units, _writer.Sum);
            _writer.Line($"st.global.f32 {_writer.Element(changes, c, _launch.MaximumGradientAt)}, "
                + $"{_writer.Real("div.rn.f32", "ofMaximum", of, ties)}");
        });
    }

    private void EachChannel(Action<string> body)
        => _writer.Loop("c", _thread.Number, Numbers.Text(_launch.Channels), Numbers.Text(_launch.Threads), body);

    private string Parts(string channel, string partials)
        => _writer.Wide("mad.wide.u32", "parts", channel, Numbers.Text(_launch.Parts * 4), partials);

    private string Load(string array, string index, int offset, string role)
        => _writer.Real("ld.global.f32", role, _writer.Element(array, index, offset));
}
