using SeGen.Tests.Support;

namespace SeGen.Tests.Checkpoints;

/// <summary>A recorded case against what a module computes.</summary>
public class VerifyTests
{
    [Fact]
    public void What_the_module_computed_itself_is_equal_gates_included()
    {
        var net = new NamedResiduals(3);
        using var directory = new TemporaryDirectory();
        VerifyReport report = net.Verify(Record(directory, net, 2), tolerance: 0);
        Assert.Equal(["gate.", "output"], report.Compared.Select(c => c.Name.StartsWith("gate.", StringComparison.Ordinal) ? "gate." : c.Name).Distinct());
        Assert.All(report.Compared, c => Assert.Equal(0f, c.Difference));
        Assert.Empty(report.NotObservable);
        Assert.Contains("\n  equal       output: 0e+0 of its largest value", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_tensor_that_differs_is_named_in_the_order_of_computing()
    {
        var net = new NamedResiduals(3);
        using var directory = new TemporaryDirectory();
        string path = Record(directory, net, 1);
        string second = Gates(net, 1).Keys.ElementAt(1);

        // Weights that come into play behind the first gate.
        Parameter changed = net.Parameters.Last(p => p.Name.EndsWith("fc2.bias", StringComparison.Ordinal));
        changed.Write()[0] += 0.5f;
        VerificationException e = Assert.Throws<VerificationException>(() => net.Verify(path));
        Assert.NotEqual("output", e.Tensor.Name);
        Assert.InRange(e.Tensor.Difference, 1e-3f, 1);
        Assert.StartsWith($"{path}: \"{e.Tensor.Name}\" is the first tensor that differs, by ", e.Message, StringComparison.Ordinal);
        VerifiedTensor[] before = [.. e.Report.Compared.TakeWhile(c => c.Name != e.Tensor.Name)];
        Assert.All(before, c => Assert.Equal(0f, c.Difference));
        Assert.NotNull(second);

        // The tolerance is relative to the largest value of each tensor.
        Assert.Equal(e.Report.Compared.Count, net.Verify(path, tolerance: 10).Compared.Count);
    }

    [Fact]
    public void What_cannot_be_observed_is_reported_and_not_compared()
    {
        var net = new NamedResiduals(3);
        using var directory = new TemporaryDirectory();
        VerifyReport report = net.Verify(Record(directory, net, 1, ("gate.nobody", [16], new float[16]), ("layer.layer1.0.conv1", [1], new float[1])));
        Assert.Equal(["gate.nobody", "layer.layer1.0.conv1"], report.NotObservable);
    }

    [Fact]
    public void A_gate_alone_is_compared_by_its_factors()
    {
        var gate = new CheckpointGate(3);
        float[] x = RandomTensor.Normal(2 * CheckpointGate.InputLength, 1), y = new float[x.Length], factors = new float[2 * 20];
        gate.Forward(x, y);
        gate.Excite(x, factors);
        using var directory = new TemporaryDirectory();
        string path = directory.File("io.safetensors");
        SafeTensorsWriter.Write(path, [new("input", [2, 20, 2, 3], x), new("output", [2, 20, 2, 3], y), new("gate", [2, 20], factors)]);
        Assert.Equal(["gate", "output"], gate.Verify(path, 0).Compared.Select(c => c.Name));
        factors[3] += 0.1f;
        SafeTensorsWriter.Write(path, [new("input", [2, 20, 2, 3], x), new("output", [2, 20, 2, 3], y), new("gate", [2, 20], factors)]);
        Assert.Equal("gate", Assert.Throws<VerificationException>(() => gate.Verify(path)).Tensor.Name);
    }

    [Theory]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(0.25f, true)]
    public void A_value_that_is_not_finite_is_never_within_a_tolerance(float recorded, bool isFinite)
    {
        var gate = new CheckpointGate(3);
        float[] x = RandomTensor.Normal(CheckpointGate.InputLength, 1), y = new float[x.Length];
        gate.Forward(x, y);
        y[7] = recorded;
        using var directory = new TemporaryDirectory();
        string path = directory.File("io.safetensors");
        SafeTensorsWriter.Write(path, [new("input", [20, 2, 3], x), new("output", [20, 2, 3], y)]);
        VerificationException e = Assert.Throws<VerificationException>(() => gate.Verify(path, 1e-6f));
        Assert.Equal(isFinite, float.IsFinite(e.Tensor.Difference));

        // Where both are NaN they agree.
        x[42] = float.NaN;
        gate.Forward(x, y);
        SafeTensorsWriter.Write(path, [new("input", [20, 2, 3], x), new("output", [20, 2, 3], y)]);
        Assert.Equal(0f, gate.Verify(path, 0).Compared[^1].Difference);
    }

    [Fact]
    public void A_file_without_the_tensors_or_with_other_shapes_is_refused()
    {
        var gate = new CheckpointGate(3);
        using var directory = new TemporaryDirectory();
        string path = directory.File("io.safetensors");
        SafeTensorsWriter.Write(path, [new("input", [20, 2, 3], new float[120])]);
        Assert.Contains("has no tensor \"output\"; Verify needs \"input\" and \"output\"", Assert.Throws<SafeTensorsException>(() => gate.Verify(path)).Message, StringComparison.Ordinal);
        SafeTensorsWriter.Write(path, [new("input", [20, 3, 2], new float[120]), new("output", [20, 2, 3], new float[120])]);
        Assert.Contains("is [20, 3, 2]; the module needs [N, 20, 2, 3]", Assert.Throws<SafeTensorsException>(() => gate.Verify(path)).Message, StringComparison.Ordinal);
        SafeTensorsWriter.Write(path, [new("input", [20, 2, 3], new float[120]), new("output", [60], new float[60])]);
        Assert.Contains("is [60]; for this input the module gives [1, 20, 2, 3]", Assert.Throws<SafeTensorsException>(() => gate.Verify(path)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("tolerance", () => gate.Verify(path, float.NaN));
    }

    private static Dictionary<string, List<float>> Gates(NamedResiduals net, int batch)
    {
        var gates = new Dictionary<string, List<float>>();
        ((IGatedModule)net).GateObserver = (name, factors) =>
        {
            if (!gates.TryGetValue(name, out List<float>? all))
                gates[name] = all = [];

            all.AddRange(factors);
        };
        net.Forward(RandomTensor.Normal(batch * NamedResiduals.InputLength, 1), new float[batch * NamedResiduals.OutputLength]);
        ((IGatedModule)net).GateObserver = null;
        return gates;
    }

    private static string Record(TemporaryDirectory directory, NamedResiduals net, int batch, params (string Name, int[] Shape, float[] Values)[] more)
    {
        float[] x = RandomTensor.Normal(batch * NamedResiduals.InputLength, 1), y = new float[batch * NamedResiduals.OutputLength];
        net.Forward(x, y);
        string path = directory.File("io.safetensors");
        SafeTensorsWriter.Write(
            path,
            [
                new("input", [batch, NamedResiduals.InputChannels, NamedResiduals.InputHeight, NamedResiduals.InputWidth], x), new("output", [y.Length], y),
                .. Gates(net, batch).Select(g => new TensorToWrite($"gate.{g.Key}", [batch, g.Value.Count / batch], g.Value.ToArray())),
                .. more.Select(m => new TensorToWrite(m.Name, m.Shape, m.Values)),
            ]);
        return path;
    }
}
