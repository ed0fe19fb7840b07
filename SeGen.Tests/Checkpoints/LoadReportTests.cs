using System.Globalization;

namespace SeGen.Tests.Checkpoints;

/// <summary>What a load says of what it took and of what it did not.</summary>
public class LoadReportTests
{
    [Fact]
    public void A_strict_load_reports_all_parameters_and_nothing_else()
    {
        LoadReport report = new CheckpointGate().LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors()));
        Assert.Equal(("the memory", 4), (report.File, report.Loaded));
        Assert.Empty(report.Missing.Concat(report.Unexpected).Concat(report.Mismatched).Concat(report.Ignored));
        Assert.Equal("the memory: 4 parameters loaded", report.ToString());
    }

    [Fact]
    public void A_load_that_is_not_strict_reports_what_is_missing_by_the_modules_names_and_what_is_unexpected_by_the_files()
    {
        byte[] bytes = SafeTensorsBytes.Of(
            RawTensor.Counting("module.linear1.weight", [6, 20], 1), RawTensor.Counting("module.head.weight", [3], 1), new RawTensor("module.eight", "F8_E4M3", [4], new byte[4]));
        LoadReport report = new CheckpointGate().LoadWeights(bytes, KeyMap.From(Naming.Linear).DropPrefix("module."), strict: false);
        Assert.Equal(1, report.Loaded);
        Assert.Equal(["fc1.bias", "fc2.weight", "fc2.bias"], report.Missing);
        Assert.Equal(["module.eight", "module.head.weight"], report.Unexpected);
        Assert.Equal(
            """
            the memory: 1 parameter loaded
              missing     fc1.bias
              missing     fc2.weight
              missing     fc2.bias
              unexpected  module.eight
              unexpected  module.head.weight
            """,
            report.ToString());
    }

    [Fact]
    public void A_load_that_finds_nothing_throws_and_names_the_prefix_that_is_in_the_way()
    {
        RawTensor[] tensors = [.. GateFiles.Tensors().Select(t => t with { Name = "module." + t.Name })];
        CheckpointException e = CheckpointLoadingTests.Refused(tensors, strict: false);
        Assert.StartsWith(
            """
            the memory: none of the module's 4 parameters is in the file (Naming.SeGen):
              Every name begins with "module.": pass KeyMap.From(Naming.SeGen).DropPrefix("module.").
            """,
            e.Message, StringComparison.Ordinal);

        // And what it says is what helps.
        Assert.Equal(4, new CheckpointGate().LoadWeights(SafeTensorsBytes.Of(tensors), KeyMap.From(Naming.SeGen).DropPrefix("module.")).Loaded);
    }

    [Fact]
    public void A_prefix_of_some_names_and_another_convention_are_found_together()
    {
        RawTensor[] tensors =
        [
            .. GateFiles.Tensors("linear1", "linear2").Select(t => t with { Name = "model_ema." + t.Name }), .. GateFiles.Tensors("linear1", "linear2").Select(t => t with { Name = "raw." + t.Name, Type = "I32" }),
            RawTensor.Counting("optimizer.step", [1], 1),
        ];
        CheckpointException e = CheckpointLoadingTests.Refused(tensors, strict: true);
        Assert.Contains("\n  The module's names are those that begin with \"model_ema.\": pass KeyMap.From(Naming.Linear).KeepPrefix(\"model_ema.\").", e.Message, StringComparison.Ordinal);

        LoadReport report = new CheckpointGate().LoadWeights(SafeTensorsBytes.Of(tensors), KeyMap.From(Naming.Linear).KeepPrefix("model_ema."));
        Assert.Equal((4, 5), (report.Loaded, report.Ignored.Count));
        Assert.Contains("optimizer.step", report.Ignored);
    }

    [Fact]
    public void Prefixes_are_dropped_in_whatever_order_they_stand()
    {
        KeyMap keys = KeyMap.From(Naming.SeGen).DropPrefix("module.", "_orig_mod.", "model.");
        foreach (string key in new[] { "fc1", "model.fc1", "module.fc1", "_orig_mod.module.fc1", "module._orig_mod.model.fc1", "model.module._orig_mod.fc1" })
            Assert.Equal("fc1", keys.Rewrite(key));

        // Each once: what stands twice is a name of the file's own.
        Assert.Equal("module.fc1", keys.Rewrite("module.module.fc1"));
        Assert.Null(KeyMap.From(Naming.SeGen).KeepPrefix("ema.").Rewrite("fc1"));
        Assert.Equal("fc1", KeyMap.From(Naming.SeGen).KeepPrefix("ema.").DropPrefix("module.").Rewrite("ema.module.fc1"));
        Assert.Throws<ArgumentException>("prefixes", () => KeyMap.From(Naming.SeGen).DropPrefix());
        Assert.Throws<ArgumentException>("prefixes", () => KeyMap.From(Naming.SeGen).DropPrefix("a", ""));
        Assert.Throws<ArgumentException>("prefix", () => KeyMap.From(Naming.SeGen).KeepPrefix(""));
        Assert.Equal("KeyMap.From(Naming.Timm).DropPrefix(\"a\\\"\", \"b\").KeepPrefix(\"c\").Replace(\"d\", \"\")", KeyMap.From(Naming.Timm).DropPrefix("a\"", "b").KeepPrefix("c").Replace("d", "").ToString());
    }

    [Fact]
    public void A_message_lists_ten_of_each_kind_and_counts_the_rest()
    {
        RawTensor[] tensors = [.. GateFiles.Tensors(), .. Enumerable.Range(0, 20_000).Select(i => RawTensor.Floats($"unknown.{i}", [0]))];
        CheckpointException e = CheckpointLoadingTests.Refused(tensors, strict: true);
        Assert.Equal(20_000, e.Unexpected.Count);
        Assert.InRange(e.Message.Length, 1, 2_000);
        Assert.EndsWith("\n  unexpected  and 19,990 more", e.Message, StringComparison.Ordinal);

        // Names that a hostile file makes long are cut.
        e = CheckpointLoadingTests.Refused([.. GateFiles.Tensors(), .. Enumerable.Range(0, 20).Select(i => RawTensor.Floats(i + new string('x', 5_000), [0]))], strict: true);
        Assert.InRange(e.Message.Length, 1, 5_000);
        Assert.InRange(new CheckpointGate().LoadWeights(SafeTensorsBytes.Of(tensors), strict: false).ToString().Length, 1, 2_000);
    }

    [Fact]
    public void A_guess_is_near_in_letters_and_in_structure_and_is_made_once()
    {
        // In letters fc2.weight is as near to fc1.weigth, but has another shape; and one name cannot be meant twice.
        RawTensor[] tensors = [RawTensor.Counting("fc1.weigth", [6, 20], 1), RawTensor.Counting("fc1.bais", [6], 1), GateFiles.Tensors()[3]];
        string message = CheckpointLoadingTests.Refused(tensors, strict: true).Message;
        Assert.Contains("missing     fc1.weight [6, 20] - did you mean fc1.weigth?", message, StringComparison.Ordinal);
        Assert.Contains("missing     fc1.bias [6] - did you mean fc1.bais?", message, StringComparison.Ordinal);
        Assert.Contains("missing     fc2.weight [20, 6]\n", message, StringComparison.Ordinal);

        var residuals = new NamedResiduals();
        byte[] bytes = SafeTensorsBytes.Of([.. residuals.Parameters.Where(p => !p.Name.Contains("conv1", StringComparison.Ordinal))
            .Select(p => RawTensor.Counting(p.Name, [.. p.Shape.ToArray().Select(s => (long)s)], 0.1f)), RawTensor.Counting("other.conv1.weight", [16, 16, 3, 3], 1)]);
        CheckpointException e = Assert.Throws<CheckpointException>(() => residuals.LoadWeights(bytes));
        Assert.InRange(e.Message.Split("did you mean").Length, 1, 2);
    }

    [Theory]
    [InlineData("F8_E4M3", 4, 4)]
    [InlineData("F8_E5M2", 4, 4)]
    [InlineData("C64", 2, 16)]
    [InlineData("F4", 6, 3)]
    [InlineData("MX9_NEW", 5, 17)]
    public void A_tensor_that_is_not_asked_for_may_have_any_type(string type, int values, int bytes)
    {
        RawTensor[] tensors = [.. GateFiles.Tensors(), new RawTensor("head", type, [values], new byte[bytes])];
        LoadReport report = new CheckpointGate().LoadWeights(SafeTensorsBytes.Of(tensors), strict: false);
        Assert.Equal((4, "head"), (report.Loaded, Assert.Single(report.Unexpected)));
        using var file = SafeTensorsFile.Read(SafeTensorsBytes.Of(tensors));
        Assert.True(file.TryGet("head", out TensorInfo? head));
        Assert.Equal((TensorType.Other, type, (long)values, (long)bytes), (head.Type, head.TypeName, head.Length, head.ByteLength));
        Assert.Contains($"has the dtype {type}, which SeGen does not read", Assert.Throws<SafeTensorsException>(() => file.ReadSingles("head")).Message, StringComparison.Ordinal);

        // One that is asked for may not.
        tensors = GateFiles.Tensors();
        tensors[1] = tensors[1] with { Type = "F8_E4M3", Data = new byte[6] };
        Assert.Contains("fc1.bias: needs floats, the file has F8_E4M3", CheckpointLoadingTests.Refused(tensors, strict: false).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F4", 3, 2, "does not fill whole bytes with values of 4 bits")]
    [InlineData("F8_E4M3", 4, 5, "has 5 bytes of data where F8_E4M3 [4] needs 4")]
    [InlineData("f32", 1, 4, "has the dtype f32, which is no name of a type")]
    [InlineData("", 1, 4, "has the dtype , which is no name of a type")]
    public void A_type_that_is_none_or_does_not_fit_its_bytes_is_refused(string type, int values, int bytes, string fault)
    {
        byte[] file = SafeTensorsBytes.Of(new RawTensor("head", type, [values], new byte[bytes]));
        Assert.Contains(fault, Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Read(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("I64", 42d)]
    [InlineData("I32", 42d)]
    [InlineData("F32", 42d)]
    [InlineData("F64", 42d)]
    [InlineData("U8", 42d)]
    [InlineData("F32", 42.5)]
    [InlineData("F32", -1d)]
    [InlineData("F32", double.NaN)]
    public void Batches_are_counted_in_whatever_type_a_tool_has_made_of_them_where_they_are_whole(string type, double value)
    {
        byte[] data = type switch
        {
            "I64" => BitConverter.GetBytes((long)value),
            "I32" => BitConverter.GetBytes((int)value),
            "F32" => BitConverter.GetBytes((float)value),
            "F64" => BitConverter.GetBytes(value),
            _ => [(byte)value],
        };
        foreach (long[] shape in new long[][] { [], [1] })
        {
            var residuals = new NamedResiduals();
            Parameter variance = residuals.Parameters.First(p => p.Name.EndsWith("running_var", StringComparison.Ordinal));
            string counter = variance.Name.Replace("running_var", "num_batches_tracked", StringComparison.Ordinal);
            byte[] bytes = SafeTensorsBytes.Of(
            [
                .. residuals.Parameters.Select(p => RawTensor.Counting(p.Name, [.. p.Shape.ToArray().Select(s => (long)s)], 0.1f)), new RawTensor(counter, type, shape, data),
            ]);
            if (value != 42)
            {
                SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => residuals.LoadWeights(bytes));
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"is {(float)value}; a number of batches is whole and at least 0"), e.Message, StringComparison.Ordinal);
                continue;
            }

            Assert.Equal([counter], residuals.LoadWeights(bytes).Ignored);
            Assert.Equal(42, variance.Batches);
        }
    }
}
