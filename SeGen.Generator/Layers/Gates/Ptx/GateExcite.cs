using SeGen.Generator.Model;
using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The two dense layers of a gate, by one block (Hu et al. 2018, equation 3): a = act(W1 z + b1) with a warp for a row, s = gate(W2 a +
/// b2) with a thread for a channel. Everything is kept in the image's state, for the second pass and for the way back.
/// </summary>
internal sealed class GateExcite(GateContext context, string image)
{
    private readonly PtxWriter _writer = context.Writer;
    private readonly GateLaunch _launch = context.Launch;
    private readonly GateSpec _gate = context.Launch.Gate;
    private readonly PtxThread _thread = context.Thread;
    private readonly string _weights = context["weights"];

    public void Write()
    {
        string state = context.OfImage("state", image, _launch.StateOfImage);
        Squeezed(state);
        if (_gate.Hidden > 0)
        {
            _writer.Line("bar.sync 0");
            Hidden(state);
        }

        _writer.Line("bar.sync 0");
        Gates(state);
    }

    /// <summary>z: the parts of each channel, in their order.</summary>
    private void Squeezed(string state)
    {
        _writer.Phase("z: the parts of each channel, in their order.");
        string partials = context.OfImage("partials", image, _launch.PartialsOfImage);
        string share = _launch.HasSum ? context.Share() : "";
        _writer.Loop("c", _thread.Number, Numbers.Text(_launch.Channels), Numbers.Text(_launch.Threads), c =>
        {
            string from = _writer.Wide("mad.wide.u32", "parts", c, Numbers.Text(_launch.Parts * 4), partials);
            string? mean = _launch.HasSum
                ? _writer.Real("mul.rn.f32", "mean", GateDense.Combined(_writer, _launch, from, 0, _writer.Sum), share)
                : null;
            string? maximum = _launch.HasMaximum
                ? GateDense.Combined(_writer, _launch, from, _launch.HasSum ? _launch.Units : 0, _writer.Maximum)
                : null;
            if (maximum is not null)
                _writer.Line($"st.global.f32 {_writer.Element(state, c, _launch.MaximumAt)}, {maximum}");

            string z = (mean, maximum) switch
            {
                (null, { } m) => m,
                ({ } s, null) => s,
                _ => _writer.Real("mul.rn.f32", "z", _writer.Real("add.rn.f32", "both", mean!, maximum!), PtxWriter.Constant(0.5f)),
            };
            _writer.Line($"st.global.f32 {_writer.Element(state, c, GateLaunch.SqueezedAt)}, {z}");
        });
    }

    private void Hidden(string state)
    {
        _writer.Phase("a = act(W1 z + b1): a warp for a row.");
        _writer.Loop("r", _thread.Warp, Numbers.Text(_gate.Hidden), Numbers.Text(_launch.Threads / GateLaunch.Lanes), r =>
        {
            string row = _writer.Wide("mad.wide.u32", "row", r, Numbers.Text(_launch.Channels * 4L), _weights);
            string dot = GateDense.Dot(
                _writer, "c", _thread.Lane, _launch.Channels, GateLaunch.Lanes, row, GateLaunch.ReduceWeightsAt, state,
                GateLaunch.SqueezedAt, start: null);
            dot = _writer.OverWarp(_writer.Sum, dot);
            _writer.OnlyWhereZero(_thread.Lane, "row_written", () =>
            {
                string preactivation = _gate.HasReduceBias
                    ? _writer.Real(
                        "add.rn.f32", "preactivation", dot,
                        _writer.Real("ld.global.nc.f32", "bias", _writer.Element(_weights, r, _launch.ReduceBiasAt)))
                    : dot;
                _writer.Line($"st.global.f32 {_writer.Element(state, r, _launch.PreactivationAt)}, {preactivation}");
                _writer.Line($"st.global.f32 {_writer.Element(state, r, _launch.HiddenAt)}, "
                    + $"{_writer.Activate(_gate.Activation, preactivation)}");
            });
        });
    }

    private void Gates(string state)
    {
        _writer.Phase("s = gate(W2 a + b2): a thread for a channel.");
        _writer.Loop("c", _thread.Number, Numbers.Text(_launch.Channels), Numbers.Text(_launch.Threads), c =>
        {
            string sum = _gate.HasExpandBias
                ? _writer.Real("ld.global.nc.f32", "bias", _writer.Element(_weights, c, _launch.ExpandBiasAt))
                : _writer.Real("mov.f32", "sum", PtxWriter.Constant(0f));
            if (_gate.Hidden > 0)
            {
                string row = _writer.Wide("mad.wide.u32", "row", c, Numbers.Text(_gate.Hidden * 4L), _weights);
                sum = GateDense.Dot(
                    _writer, "r", _writer.Integer("mov.u32", "zero", "0"), _gate.Hidden, 1, row, _launch.ExpandWeightsAt, state,
                    _launch.HiddenAt, sum);
            }

            _writer.Line($"st.global.f32 {_writer.Element(state, c, _launch.GateInputAt)}, {sum}");
            _writer.Line($"st.global.f32 {_writer.Element(state, c, _launch.GatesAt)}, {_writer.Open(_gate.Gate, sum)}");
        });
    }
}
