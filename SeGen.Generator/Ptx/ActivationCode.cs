using SeGen.Generator.Model;

namespace SeGen.Generator.Ptx;

/// <summary>
/// An activation that comes with the launch, so that layers with different ones share a kernel: two limits, which are infinite where there
/// are none, and which of the smooth ones it is; of those a module has what its network uses.
/// </summary>
/// <param name="HasSiLU">Whether v sigmoid(v) is among them.</param>
/// <param name="HasHardSwish">Whether v hardsigmoid(v) is.</param>
internal sealed record ActivationCode(bool HasSiLU, bool HasHardSwish)
{
    /// <summary>Parameters that are numbers.</summary>
    public static readonly string[] Numbers = ["f32 least", "f32 most", "smooth"];

    private const string SiLU = "1", HardSwish = "2";

    /// <summary>Those that some layers have.</summary>
    public static ActivationCode Of(IEnumerable<Activation> activations)
    {
        Activation[] all = [.. activations];
        return new ActivationCode(all.Contains(Activation.SiLU), all.Contains(Activation.HardSwish));
    }

    /// <summary>Loads the parameters, where all threads come by.</summary>
    public ActivationOf Begin(LayerContext context)
        => new(this, context, context.Real("least"), context.Real("most"), HasSiLU || HasHardSwish ? context.Number("smooth") : "");

    /// <summary>An activation in a kernel that is being written.</summary>
    internal sealed class ActivationOf(ActivationCode code, LayerContext context, string least, string most, string smooth)
    {
        private readonly PtxWriter _writer = context.Writer;

        /// <summary>Registers that all values use one after the other.</summary>
        private readonly string _isBeyond =
            context.Writer.Predicate("isBeyondLimit"), _isOther = context.Writer.Predicate("isOtherActivation");

        private readonly string _factor = context.Writer.Float("factor");

        /// <summary>Replaces values by what the activation makes of them.</summary>
        public void Apply(IReadOnlyList<string> values)
        {
            // A comparison with what is no number fails, so that it stays none.
            foreach (string value in values)
            {
                foreach ((string limit, string comparison) in new[] { (least, "lt"), (most, "gt") })
                {
                    _writer.Line($"setp.{comparison}.f32 {_isBeyond}, {value}, {limit}");
                    _writer.Line($"selp.f32 {value}, {limit}, {value}, {_isBeyond}");
                }
            }

            if (code.HasSiLU)
                Smooth(SiLU, "no_silu", values, Sigmoid);

            if (code.HasHardSwish)
                Smooth(HardSwish, "no_hard_swish", values, HardSigmoid);
        }

        /// <summary>The derivative, by what went into it; at the corners as PyTorch has it.</summary>
        public string Slope(string value)
        {
            string slope = _writer.Real("selp.f32", "slope", PtxWriter.Constant(1f), PtxWriter.Constant(0f), Between(value, least, most));
            if (code.HasSiLU)
            {
                Other(SiLU, "no_silu", () =>
                {
                    // s + v s (1 - s).
                    Sigmoid(value);
                    string rest = _writer.Real(
                        "sub.rn.f32", "rest", PtxWriter.Constant(1f),
                        _factor), scaled = _writer.Real("mul.rn.f32", "scaled", value, _factor);
                    _writer.Line($"fma.rn.f32 {slope}, {scaled}, {rest}, {_factor}");
                });
            }

            if (code.HasHardSwish)
            {
                Other(HardSwish, "no_hard_swish", () =>
                {
                    // v / 3 + 1/2 between -3 and 3, 0 below, 1 above.
                    string isAbove = _writer.Compare(
                        "ge.f32", "isAbove", value,
                        PtxWriter.Constant(3f)), isInside = Between(value, PtxWriter.Constant(-3f), PtxWriter.Constant(3f));
                    _writer.Line($"fma.rn.f32 {_factor}, {value}, {PtxWriter.Constant(1f / 3)}, {PtxWriter.Constant(0.5f)}");
                    _writer.Line($"selp.f32 {_factor}, {_factor}, {PtxWriter.Constant(0f)}, {isInside}");
                    _writer.Line($"selp.f32 {slope}, {PtxWriter.Constant(1f)}, {_factor}, {isAbove}");
                });
            }

            return slope;
        }

        private string Between(string value, string low, string high)
            => _writer.CompareAnd("lt.f32", "isBetween", value, high, _writer.Compare("gt.f32", "isAboveLeast", value, low));

        private void Smooth(string kind, string role, IReadOnlyList<string> values, Action<string> factor)
        {
            Other(kind, role, () =>
            {
                foreach (string value in values)
                {
                    factor(value);
                    _writer.Line($"mul.rn.f32 {value}, {value}, {_factor}");
                }
            });
        }

        /// <summary>What is done only for one of the smooth ones.</summary>
        private void Other(string kind, string role, Action body)
        {
            string end = _writer.Label(role);
            _writer.Line($"setp.ne.u32 {_isOther}, {smooth}, {kind}");
            _writer.Line($"@{_isOther} bra {end}");
            body();
            _writer.Place(end);
        }

        /// <summary>1 / (1 + 2^(-v log2 e)).</summary>
        private void Sigmoid(string value)
        {
            _writer.Line($"mul.rn.f32 {_factor}, {value}, {PtxWriter.Constant(-1.44269504f)}");
            _writer.Line($"ex2.approx.f32 {_factor}, {_factor}");
            _writer.Line($"add.rn.f32 {_factor}, {_factor}, {PtxWriter.Constant(1f)}");
            _writer.Line($"rcp.rn.f32 {_factor}, {_factor}");
        }

        /// <summary>min(max(v / 6 + 1/2, 0), 1); of what is no number the product is none anyway.</summary>
        private void HardSigmoid(string value)
        {
            _writer.Line($"fma.rn.f32 {_factor}, {value}, {PtxWriter.Constant(1f / 6)}, {PtxWriter.Constant(0.5f)}");
            _writer.Line($"max.f32 {_factor}, {_factor}, {PtxWriter.Constant(0f)}");
            _writer.Line($"min.f32 {_factor}, {_factor}, {PtxWriter.Constant(1f)}");
        }
    }
}
