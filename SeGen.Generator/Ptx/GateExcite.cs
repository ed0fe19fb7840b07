using SeGen.Generator.Emit;
using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx;

/// <summary>
/// The two dense layers of a gate, by one block (Hu et al. 2018, equation 3): a = act(W1 z + b1) with a warp for a row, s = gate(W2 a + b2) with a
/// thread for a channel. Everything is kept in the image's state, for the launch that scales and for the way back.
/// </summary>
internal sealed class GateExcite(PtxWriter writer, GateLaunch launch, GateUnit unit, string weights, string allStates, string partials)
{
    private const int Unrolled = 8;

    private readonly GateSpec _gate = launch.Gate;

    public void Write()
    {
        string stateAt = writer.Integer("mul.lo.u32", "stateAt", unit.Image, Numbers.Text(launch.StateOfImage));
        string state = writer.Wide("mad.wide.u32", "imageState", stateAt, "4", allStates);
        Squeezed(state);
        if (_gate.Hidden > 0)
        {
            writer.Line("bar.sync 0");
            Hidden(state);
        }

        writer.Line("bar.sync 0");
        Gates(state);
    }

    /// <summary>z: the parts of each channel, in their order.</summary>
    private void Squeezed(string state)
    {
        writer.Phase("z: the parts of each channel, in their order.");
        string imagePartials = writer.Wide("mad.wide.u32", "imagePartials", writer.Integer("mul.lo.u32", "partialsAt", unit.Image, Numbers.Text(launch.PartialsOfImage)), "4", partials);
        string share = Share();
        writer.Loop("c", unit.Thread, Numbers.Text(launch.Channels), launch.Threads, c =>
        {
            string from = writer.Wide("mad.wide.u32", "parts", c, Numbers.Text(launch.Parts * 4), imagePartials);
            string? mean = launch.HasSum ? writer.Real("mul.rn.f32", "mean", Combined(from, 0, "add.rn.f32"), share) : null;
            string? maximum = launch.HasMaximum ? Combined(from, launch.HasSum ? launch.Units : 0, "max.f32") : null;
            string z = (mean, maximum) switch
            {
                (null, { } m) => m,
                ({ } s, null) => s,
                _ => writer.Real("mul.rn.f32", "z", writer.Real("add.rn.f32", "both", mean!, maximum!), PtxWriter.Constant(0.5f)),
            };
            writer.Line($"st.global.f32 {At(state, c, GateLaunch.SqueezedAt)}, {z}");
        });
    }

    /// <summary>What a sum is multiplied by.</summary>
    private string Share()
    {
        if (launch.IsOpen)
        {
            string share = writer.Float("share");
            writer.Line($"ld.param.f32 {share}, [share]");
            return share;
        }

        return PtxWriter.Constant(launch.Share);
    }

    /// <summary>The parts of a channel, in their order.</summary>
    private string Combined(string from, int first, string combine)
    {
        string[] parts = [.. Enumerable.Range(0, launch.Parts).Select(p => writer.Real("ld.global.f32", "part", GateUnit.Place(from, (first + p) * 4)))];
        return parts.Skip(1).Aggregate(parts[0], (all, next) => writer.Real(combine, "combined", all, next));
    }

    private void Hidden(string state)
    {
        writer.Phase("a = act(W1 z + b1): a warp for a row.");
        writer.Loop("r", unit.Warp, Numbers.Text(_gate.Hidden), launch.Threads / GateLaunch.Lanes, r =>
        {
            string row = writer.Wide("mad.wide.u32", "row", r, Numbers.Text(launch.Channels * 4L), weights);
            string dot = Dot("c", unit.Lane, launch.Channels, GateLaunch.Lanes, row, GateLaunch.ReduceWeightsAt, state, GateLaunch.SqueezedAt, start: null);
            dot = writer.OverWarp("add.rn.f32", dot);
            string written = writer.Label("row_written"), isOther = writer.Compare("ne.u32", "isOther", unit.Lane, "0");
            writer.Line($"@{isOther} bra {written}");
            if (_gate.HasReduceBias)
                dot = writer.Real("add.rn.f32", "preactivation", dot, writer.Real("ld.global.nc.f32", "bias", At(weights, r, launch.ReduceBiasAt)));

            writer.Line($"st.global.f32 {At(state, r, launch.PreactivationAt)}, {dot}");
            writer.Line($"st.global.f32 {At(state, r, launch.HiddenAt)}, {writer.Activate(_gate.Activation, dot)}");
            writer.Place(written);
        });
    }

    private void Gates(string state)
    {
        writer.Phase("s = gate(W2 a + b2): a thread for a channel.");
        writer.Loop("c", unit.Thread, Numbers.Text(launch.Channels), launch.Threads, c =>
        {
            string sum = _gate.HasExpandBias ? writer.Real("ld.global.nc.f32", "bias", At(weights, c, launch.ExpandBiasAt)) : writer.Real("mov.f32", "sum", PtxWriter.Constant(0f));
            if (_gate.Hidden > 0)
            {
                string row = writer.Wide("mad.wide.u32", "row", c, Numbers.Text(_gate.Hidden * 4L), weights);
                sum = Dot("r", writer.Integer("mov.u32", "zero", "0"), _gate.Hidden, 1, row, launch.ExpandWeightsAt, state, launch.HiddenAt, sum);
            }

            writer.Line($"st.global.f32 {At(state, c, launch.GateInputAt)}, {sum}");
            writer.Line($"st.global.f32 {At(state, c, launch.GatesAt)}, {writer.Open(_gate.Gate, sum)}");
        });
    }

    /// <summary>A sum of products of weights and of values of the state, by every so-manieth: some are loaded before the first is multiplied.</summary>
    private string Dot(string role, string first, int count, int step, string row, int weightsAt, string state, int valuesAt, string? start)
    {
        string sum = writer.Real("mov.f32", "dot", start ?? PtxWriter.Constant(0f));
        int whole = count / (step * Unrolled) * (step * Unrolled), left = count - whole;
        if (whole > 0)
            writer.Loop(role, first, Numbers.Text(whole), step * Unrolled, index => Products(index, Unrolled, guard: null));

        // What is left: fewer for some threads than for others.
        if (left > 0)
        {
            string index = whole == 0 ? first : writer.Integer("add.u32", role, first, Numbers.Text(whole));
            Products(index, (left + step - 1) / step, at => writer.Compare("lt.u32", "isThere", at, Numbers.Text(count)));
        }

        return sum;

        void Products(string index, int products, Func<string, string>? guard)
        {
            string w = writer.Wide("mad.wide.u32", "weightAt", index, "4", row), v = writer.Wide("mad.wide.u32", "valueAt", index, "4", state);
            var loaded = new List<(string Guard, string Weight, string Value)>();
            for (int i = 0; i < products; i++)
            {
                bool mayBeBeyond = guard is not null && (i + 1) * step > left;
                string condition = mayBeBeyond ? $"@{guard!(i == 0 ? index : writer.Integer("add.u32", "at", index, Numbers.Text(i * step)))} " : "";
                string weight = writer.Float("weight"), value = writer.Float("value");
                writer.Line($"{condition}ld.global.nc.f32 {weight}, {GateUnit.Place(w, (weightsAt + i * step) * 4)}");
                writer.Line($"{condition}ld.global.f32 {value}, {GateUnit.Place(v, (valuesAt + i * step) * 4)}");
                loaded.Add((condition, weight, value));
            }

            foreach ((string condition, string weight, string value) in loaded)
                writer.Line($"{condition}fma.rn.f32 {sum}, {weight}, {value}, {sum}");
        }
    }

    private string At(string start, string index, int offset) => GateUnit.Place(writer.Wide("mad.wide.u32", "at", index, "4", start), offset * 4);
}
