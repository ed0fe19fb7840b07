using SeGen.Generator.Ptx;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// y = s x, with s = gate(W2 act(W1 z + b1) + b2) and z the mean, the maximum or another sum of x (Hu et al. 2018, equations 2 to 4).
/// </summary>
internal sealed class GateForward(GateContext context) : GatePass(context)
{
    /// <summary>Parameters of all its kernels.</summary>
    public static readonly string[] Arrays = ["x", "y", "weights", "partials", "state", "tickets"];

    public override IReadOnlyList<string> Streams => ["x"];

    public override IReadOnlyList<string> FinishStreams => ["x"];

    public override string Result => "y";

    public override IReadOnlyList<GateSum> Sums
    {
        get
        {
            var sums = new List<GateSum>();
            if (Launch.HasSum)
                sums.Add(new GateSum("sum", 0, Writer.Sum));

            if (Launch.HasMaximum)
                sums.Add(new GateSum("maximum", float.NegativeInfinity, Writer.Maximum));

            return sums;
        }
    }

    public override IReadOnlyList<GateFactor> Factors => [new GateFactor("gate", "state", Launch.GatesAt, Launch.StateOfImage)];

    public override void Add(string guard, IReadOnlyList<string[]> values, IReadOnlyList<string[]> sums)
    {
        for (int i = 0; i < values[0].Length; i++)
        {
            if (Launch.HasSum)
                Writer.Line($"{guard}add.rn.f32 {sums[0][i]}, {sums[0][i]}, {values[0][i]}");

            if (Launch.HasMaximum)
                Writer.RaiseTo(sums[sums.Count - 1][i], values[0][i], guard);
        }
    }

    public override void Dense(string image) => new GateExcite(Context, image).Write();

    public override void Finish(string guard, IReadOnlyList<string> values, IReadOnlyList<string> factors)
        => Writer.Line($"{guard}mul.rn.f32 {values[0]}, {values[0]}, {factors[0]}");
}
