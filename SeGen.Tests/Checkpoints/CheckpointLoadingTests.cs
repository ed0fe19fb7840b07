namespace SeGen.Tests.Checkpoints;

/// <summary>What a module takes from a file and what it refuses, all at once and without a trace.</summary>
public class CheckpointLoadingTests
{
    [Fact]
    public void Loads_every_value_from_every_source_whatever_the_order()
    {
        byte[] bytes = SafeTensorsBytes.Of([.. GateFiles.Tensors().Reverse()]);
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", bytes);
        CheckpointGate[] gates = [new(1), new(2), new(3), new(4)];
        gates[0].LoadWeights(path);
        gates[1].LoadWeights(path, KeyMap.From(Naming.SeGen));
        gates[2].LoadWeights(new MemoryStream(bytes));
        gates[3].LoadWeights(bytes);
        foreach (CheckpointGate gate in (CheckpointGate[])[.. gates, CheckpointGate.Load(path)])
            Assert.Equal(GateFiles.Expected(), GateFiles.Values(gate));
    }

    [Fact]
    public void One_exception_lists_everything_that_is_wrong()
    {
        RawTensor[] tensors =
        [
            RawTensor.Counting("fc1.weigth", [6, 20], 1), RawTensor.Counting("fc1.bias", [7], 1),
            new RawTensor("fc2.bias", "I32", [20], new byte[80]), RawTensor.Counting("classifier.running_mean", [2], 1),
        ];
        CheckpointException e = Refused(tensors, strict: true);
        Assert.Equal("the memory", e.File);
        Assert.Equal(["fc1.weight", "fc2.weight"], e.Missing);
        Assert.Equal(["classifier.running_mean", "fc1.weigth"], e.Unexpected.Order(StringComparer.Ordinal));
        Assert.Equal(["fc1.bias", "fc2.bias"], e.Faulty);
        Assert.Equal(
            """
            the memory: none of the module's 4 parameters is in the file (Naming.SeGen):
              wrong       fc1.bias: needs [6], the file has [7]
              wrong       fc2.bias: needs floats, the file has I32
              missing     fc1.weight [6, 20] - did you mean fc1.weigth?
              missing     fc2.weight [20, 6]
              unexpected  classifier.running_mean F32 [2]
              unexpected  fc1.weigth F32 [6, 20]
            """,
            e.Message);
    }

    [Fact]
    public void Not_strict_takes_what_fits_and_leaves_the_rest_as_it_was()
    {
        var gate = new CheckpointGate(5);
        float[] before = GateFiles.Values(gate);
        byte[] bytes = SafeTensorsBytes.Of(RawTensor.Counting("fc1.bias", [6], 1), RawTensor.Counting("head.weight", [3], 1));
        Assert.Throws<CheckpointException>(() => gate.LoadWeights(bytes));
        Assert.Equal(before, GateFiles.Values(gate));

        gate.LoadWeights(bytes, strict: false);
        Assert.Equal([.. before[..120], 1f, 2f, 3f, 4f, 5f, 6f, .. before[126..]], GateFiles.Values(gate));
    }

    [Theory]
    [InlineData(20, 6)]
    [InlineData(120)]
    [InlineData(6, 20, 1)]
    [InlineData(6, 20, 1, 1, 1)]
    [InlineData(1, 1, 6, 20)]
    [InlineData(6, 5, 2, 2)]
    [InlineData(6, 20, 1, 2)]
    [InlineData(6, 0)]
    [InlineData()]
    public void A_wrong_shape_is_refused_even_when_not_strict(params int[] shape)
    {
        RawTensor[] tensors = [RawTensor.Counting("fc1.weight", [.. shape.Select(s => (long)s)], 1), .. GateFiles.Tensors()[1..]];
        CheckpointException e = Refused(tensors, strict: false);
        Assert.Equal(["fc1.weight"], e.Faulty);
        Assert.Contains($"fc1.weight: needs [6, 20], the file has [{string.Join(", ", shape)}]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_convolution_of_one_by_one_is_the_same_as_a_dense_layer()
    {
        var gate = new CheckpointGate(1);
        gate.LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors(convolutions: true)));
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(gate));
    }

    [Theory]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("F64", 8)]
    public void Other_floats_are_converted(string type, int size)
    {
        // Ones: 0x3C00, 0x3F80 and 0x3FF0 followed by zeros below.
        byte[] one = new byte[size];
        BitConverter.TryWriteBytes(one.AsSpan(size - 2), (ushort)(type switch { "F16" => 0x3C00, "BF16" => 0x3F80, _ => 0x3FF0 }));
        var gate = new CheckpointGate(1);
        gate.LoadWeights(SafeTensorsBytes.Of(
            new RawTensor("fc1.bias", type, [6], [.. Enumerable.Repeat(one, 6).SelectMany(b => b)]), GateFiles.Tensors()[0], GateFiles.Tensors()[2],
            GateFiles.Tensors()[3]));
        Assert.Equal([1f, 1f, 1f, 1f, 1f, 1f], gate.Parameters["fc1.bias"].Values.ToArray());
    }

    [Theory]
    [InlineData("I64", 8)]
    [InlineData("I32", 4)]
    [InlineData("U8", 1)]
    [InlineData("BOOL", 1)]
    public void Integers_are_no_weights_even_when_not_strict(string type, int size)
    {
        RawTensor[] tensors = GateFiles.Tensors();
        tensors[1] = new RawTensor("fc1.bias", type, [6], new byte[6 * size]);
        CheckpointException e = Refused(tensors, strict: false);
        Assert.Equal(["fc1.bias"], e.Faulty);
        Assert.Contains("fc1.bias: needs floats, the file has ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_leaves_the_module_as_it_was()
    {
        var gate = new CheckpointGate(5);
        (float[] before, long version) = (GateFiles.Values(gate), gate.Parameters.Version);
        byte[] bytes = SafeTensorsBytes.Of(GateFiles.Tensors());
        Assert.Throws<SafeTensorsException>(() => gate.LoadWeights(bytes.AsMemory(0, bytes.Length - 1), strict: false));
        Assert.Equal(before, GateFiles.Values(gate));
        Assert.Equal(version, gate.Parameters.Version);
    }

    [Fact]
    public void The_next_forward_computes_with_the_new_weights_in_all_who_share_them()
    {
        (var gate, var fresh) = (new CheckpointGate(1), new CheckpointGate(2));
        CheckpointGate shared = gate.ShareWeights();
        float[] old = GateFiles.Forward(gate);
        Assert.Equal(old, GateFiles.Forward(shared));

        long version = gate.Parameters.Version;
        gate.LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors()));
        fresh.LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors()));
        Assert.True(gate.Parameters.Version > version);
        Assert.NotEqual(old, GateFiles.Forward(gate));
        Assert.Equal(GateFiles.Forward(fresh), GateFiles.Forward(gate));
        Assert.Equal(GateFiles.Forward(fresh), GateFiles.Forward(shared));
    }

    /// <summary>The refusal, having asserted that not a value nor the version changed.</summary>
    internal static CheckpointException Refused(RawTensor[] tensors, bool strict, KeyMap? keys = null)
    {
        var gate = new CheckpointGate(5);
        (float[] before, long version) = (GateFiles.Values(gate), gate.Parameters.Version);
        CheckpointException e = Assert.Throws<CheckpointException>(() => gate.LoadWeights(SafeTensorsBytes.Of(tensors), keys ?? KeyMap.From(Naming.SeGen), strict));
        Assert.Equal(before, GateFiles.Values(gate));
        Assert.Equal(version, gate.Parameters.Version);
        return e;
    }
}
