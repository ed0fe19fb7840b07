using static SeGen.Tests.Checkpoints.CheckpointLoadingTests;

namespace SeGen.Tests.Checkpoints;

/// <summary>Names of other conventions, rewritten names, and the hints where they do not match.</summary>
public class CheckpointNamesTests
{
    [Theory]
    [InlineData(Naming.SeGen, "fc1", "fc2")]
    [InlineData(Naming.Linear, "linear1", "linear2")]
    [InlineData(Naming.Sequential, "sequence.2", "sequence.4")]
    [InlineData(Naming.Gates, "gate_1", "gate_2")]
    [InlineData(Naming.Excitation, "excitation.0", "excitation.2")]
    [InlineData(Naming.Timm, "fc1", "fc2")]
    [InlineData(Naming.TimmLegacy, "fc1", "fc2")]
    [InlineData(Naming.TorchVision, "fc1", "fc2")]
    [InlineData(Naming.SENetPyTorch, "fc.0", "fc.2")]
    public void Saves_and_loads_back_in_every_naming(Naming naming, string first, string second)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        var gate = new CheckpointGate(11);
        gate.SaveWeights(path, naming);
        using (var file = SafeTensorsFile.Open(path))
        {
            string[] names = [$"{first}.weight", $"{first}.bias", $"{second}.weight", $"{second}.bias"];
            Assert.Equal(names.Order(StringComparer.Ordinal), file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
            long[] shape = naming is Naming.Timm or Naming.TimmLegacy or Naming.TorchVision ? [6, 20, 1, 1] : [6, 20];
            Assert.Equal(shape, file.Tensors.Single(t => t.Name == names[0]).Shape.ToArray());
            Assert.Equal("pt", file.Metadata["format"]);
            Assert.All(file.Metadata.Keys, k => Assert.True(k == "format" || k.StartsWith("segen.", StringComparison.Ordinal), k));
        }

        Assert.Equal(GateFiles.Values(gate), GateFiles.Values(CheckpointGate.Load(path, naming)));
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Fact]
    public void Every_naming_is_in_the_test_above()
    {
        System.Reflection.MethodInfo test = typeof(CheckpointNamesTests).GetMethod(nameof(Saves_and_loads_back_in_every_naming))!;
        Assert.Equal(Enum.GetValues<Naming>().Length, test.GetCustomAttributes(typeof(InlineDataAttribute), false).Length);
    }

    [Theory]
    [InlineData(Naming.Linear, "linear1", "linear2")]
    [InlineData(Naming.Sequential, "sequence.2", "sequence.4")]
    [InlineData(Naming.Gates, "gate_1", "gate_2")]
    [InlineData(Naming.Excitation, "excitation.0", "excitation.2")]
    [InlineData(Naming.SENetPyTorch, "fc.0", "fc.2")]
    public void Names_of_another_convention_are_recognised(Naming naming, string first, string second)
    {
        CheckpointException e = Refused(GateFiles.Tensors(first, second), strict: true);
        Assert.Contains($"\n  These are the names of Naming.{naming}: pass it to read this file.", e.Message, StringComparison.Ordinal);

        e = Refused(GateFiles.Tensors(), strict: true, KeyMap.From(naming));
        Assert.Contains("\n  These are the names of Naming.SeGen: pass it to read this file.", e.Message, StringComparison.Ordinal);
        Assert.Contains($"(Naming.{naming})", e.Message, StringComparison.Ordinal);
        Assert.Equal([$"{first}.weight", $"{first}.bias", $"{second}.weight", $"{second}.bias"], e.Missing);
    }

    [Fact]
    public void No_convention_is_named_where_only_some_names_are_its()
    {
        CheckpointException e = Refused(GateFiles.Tensors("linear1", "other"), strict: true);
        Assert.DoesNotContain("pass it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_naming_that_does_not_exist_is_refused()
    {
        var gate = new CheckpointGate(5);
        Assert.Throws<ArgumentOutOfRangeException>(
            "naming", () => gate.LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors()), KeyMap.From((Naming)99)));

        using var directory = new TemporaryDirectory();
        Assert.Throws<ArgumentOutOfRangeException>("naming", () => gate.SaveWeights(directory.File("gate.safetensors"), (Naming)99));
        Assert.Empty(directory.Files);
    }

    [Fact]
    public void A_key_map_drops_prefixes_and_replaces_texts_in_the_order_given()
    {
        var gate = new CheckpointGate(5);
        KeyMap keys = KeyMap.From(Naming.SENetPyTorch).DropPrefix("module.").DropPrefix("layer1.").Replace("excite", "fc").Replace(".se.", ".");
        gate.LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors("module.layer1.excite.se.0", "layer1.excite.2")), keys);
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(gate));
        Assert.Equal(Naming.SENetPyTorch, keys.Naming);
    }

    [Fact]
    public void A_key_map_never_changes()
    {
        KeyMap plain = KeyMap.From(Naming.SeGen);
        KeyMap module = plain.DropPrefix("module.");
        module.Replace("fc", "x");
        Assert.Equal(("module.fc1", "fc1"), (plain.Rewrite("module.fc1"), module.Rewrite("module.fc1")));
        Assert.Equal("a.module.fc1", module.Rewrite("a.module.fc1"));
        Assert.Throws<ArgumentException>("prefixes", () => plain.DropPrefix(""));
        Assert.Throws<ArgumentException>("from", () => plain.Replace("", "x"));
        Assert.Throws<ArgumentNullException>("to", () => plain.Replace("x", null!));
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", SafeTensorsBytes.Of(GateFiles.Tensors()));
        Assert.Throws<ArgumentNullException>("keys", () => new CheckpointGate(5).LoadWeights(path, null!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_tensors_that_come_to_the_same_name_are_refused_even_when_not_strict(bool strict)
    {
        RawTensor[] tensors = [.. GateFiles.Tensors(), RawTensor.Counting("module.fc1.bias", [6], 2)];
        CheckpointException e = Refused(tensors, strict, KeyMap.From(Naming.SeGen).DropPrefix("module."));
        Assert.Equal(["fc1.bias"], e.Faulty);
        Assert.Empty(e.Missing);
        Assert.Contains("fc1.bias: both fc1.bias and module.fc1.bias of the file come to this name", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_a_hostile_length_is_no_candidate_for_a_hint()
    {
        // Its distance from "fc1.weight" alone would take ten million steps and an array of four megabytes.
        RawTensor[] tensors = [.. GateFiles.Tensors()[1..], RawTensor.Counting(new string('f', 1_000_000), [1], 1)];
        byte[] bytes = SafeTensorsBytes.Of(tensors);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Similarity.Closest("fc1.weight", [tensors[^1].Name]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
        CheckpointException e = Assert.Throws<CheckpointException>(() => new CheckpointGate(5).LoadWeights(bytes));
        Assert.DoesNotContain("did you mean", e.Message, StringComparison.Ordinal);
    }
}
