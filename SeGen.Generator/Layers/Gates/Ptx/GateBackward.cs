using SeGen.Generator.Ptx;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>
/// The gradient of the input: dx = s dy + dz / pixels, where dz is what comes back through the dense layers from ds = sum of dy x, and
/// goes to the pixels by their share in z; equal maxima share theirs, as with PyTorch's amax.
/// </summary>
internal sealed class GateBackward(GateContext context) : GatePass(context)
{
    // The maximum of the channel that is summed over, where ties are counted.
    private string? _largest;

    /// <summary>Parameters of all its kernels.</summary>
    public static readonly string[] Arrays = ["x", "dy", "dx", "weights", "partials", "state", "changes", "tickets"];

    public override IReadOnlyList<string> Streams => ["x", "dy"];

    public override IReadOnlyList<string> FinishStreams => SharesMaximum ? ["x", "dy"] : ["dy"];

    public override string Result => "dx";

    public override IReadOnlyList<GateSum> Sums
        => SharesMaximum
            ? [new GateSum("product", 0, Writer.Sum), new GateSum("ties", 0, Writer.Sum)]
            : [new GateSum("product", 0, Writer.Sum)];

    public override IReadOnlyList<GateFactor> Factors
    {
        get
        {
            var factors = new List<GateFactor> { new("gate", "state", Launch.GatesAt, Launch.StateOfImage) };
            if (SharesSum)
                factors.Add(new GateFactor("ofPixel", "changes", Launch.PixelGradientAt, Launch.ChangesOfImage));

            if (SharesMaximum)
            {
                factors.Add(new GateFactor("largest", "state", Launch.MaximumAt, Launch.StateOfImage));
                factors.Add(new GateFactor("ofMaximum", "changes", Launch.MaximumGradientAt, Launch.ChangesOfImage));
            }

            return factors;
        }
    }

    /// <summary>Without a hidden layer the gate does not depend on the input.</summary>
    private bool SharesSum => Launch.Gate.Hidden > 0 && Launch.HasSum;

    private bool SharesMaximum => Launch.Gate.Hidden > 0 && Launch.HasMaximum;

    public override void Add(string guard, IReadOnlyList<string[]> values, IReadOnlyList<string[]> sums)
    {
        for (int i = 0; i < values[0].Length; i++)
        {
            Writer.Line($"{guard}fma.rn.f32 {sums[0][i]}, {values[0][i]}, {values[1][i]}, {sums[0][i]}");
            if (!SharesMaximum)
                continue;

            string isLargest = Writer.Predicate("isLargest"), tie = Writer.Float("tie");
            Writer.Line($"{guard}setp.eq.f32 {isLargest}, {values[0][i]}, {_largest}");
            Writer.Line($"{guard}selp.f32 {tie}, {PtxWriter.Constant(1f)}, {PtxWriter.Constant(0f)}, {isLargest}");
            Writer.Line($"{guard}add.rn.f32 {sums[1][i]}, {sums[1][i]}, {tie}");
        }
    }

    public override void BeginChannel(string image, string channel)
    {
        if (SharesMaximum)
            _largest = Load(Factors.First(f => f.Role == "largest"), image, channel);
    }

    public override void Dense(string image) => new GateExciteGradient(Context, image).Write();

    public override void Finish(string guard, IReadOnlyList<string> values, IReadOnlyList<string> factors)
    {
        string change = values[values.Count - 1];
        if (SharesSum)
            Writer.Line($"{guard}fma.rn.f32 {change}, {change}, {factors[0]}, {factors[1]}");
        else
            Writer.Line($"{guard}mul.rn.f32 {change}, {change}, {factors[0]}");

        if (!SharesMaximum)
            return;

        string isLargest = Writer.Predicate("isLargest"), shared = Writer.Float("shared");
        Writer.Line($"{guard}setp.eq.f32 {isLargest}, {values[0]}, {factors[factors.Count - 2]}");
        Writer.Line($"{guard}selp.f32 {shared}, {factors[factors.Count - 1]}, {PtxWriter.Constant(0f)}, {isLargest}");
        Writer.Line($"{guard}add.rn.f32 {change}, {change}, {shared}");
    }
}
