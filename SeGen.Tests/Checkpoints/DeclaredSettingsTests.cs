using SeGen.Tests.Support;

namespace SeGen.Tests.Checkpoints;

/// <summary>Weights that fit by their shapes, and were saved by a module that computes something else.</summary>
public class DeclaredSettingsTests
{
    private const string Saved = """[SENetwork(3, Height = 8, Width = 8), Conv(16, Name = "c"), BatchNorm(Name = "n"), ReLU, SEResidual(16, Name = "r"), MaxPool(2), GlobalAveragePool, Linear(4, Name = "fc")]""";

    public static TheoryData<string, string> Differing() => new()
    {
        { Saved.Replace("BatchNorm(Name", "BatchNorm(Epsilon = 0.001, Name", StringComparison.Ordinal), "n (BatchNorm): Epsilon is 1E-05 in the file, 0.001 in the declaration" },
        { Saved.Replace("SEResidual(16", "SEResidual(16, Gate = Gate.HardSigmoid", StringComparison.Ordinal), "r (SEResidual): Gate is Sigmoid in the file, HardSigmoid in the declaration" },
        { Saved.Replace("SEResidual(16", "SEResidual(16, Activation = Activation.SiLU", StringComparison.Ordinal), "r (SEResidual): Activation is ReLU in the file, SiLU in the declaration" },
        { Saved.Replace("SEResidual(16", "SEResidual(16, Squeeze = Squeeze.Max", StringComparison.Ordinal), "r (SEResidual): Squeeze is Mean in the file, Max in the declaration" },
        { Saved.Replace("SEResidual(16", "SEResidual(16, Placement = SEPlacement.Pre", StringComparison.Ordinal), "r (SEResidual): Placement is Standard in the file, Pre in the declaration" },
        { Saved.Replace("SEResidual(16", "SEResidual(16, Shortcut = Shortcut.None", StringComparison.Ordinal), "r (SEResidual): Shortcut is Identity in the file, None in the declaration" },
        { Saved.Replace("SENetwork(3", "SENetwork(3, Epsilon = 0.01", StringComparison.Ordinal), "n (BatchNorm): Epsilon is 1E-05 in the file, 0.01 in the declaration" },
        { Saved.Replace("ReLU, SER", "SiLU, SER", StringComparison.Ordinal), "layer 2: 2 (ReLU) in the file, 2 (SiLU) in the declaration" },
        { Saved.Replace("MaxPool(2)", "AveragePool(2)", StringComparison.Ordinal), "layer 4: 4 (MaxPool) in the file, 4 (AveragePool) in the declaration" },
        { Saved.Replace("MaxPool(2)", "MaxPool(4)", StringComparison.Ordinal), "4 (MaxPool): Kernel is 2 in the file, 4 in the declaration" },
        { Saved.Replace("Conv(16, Name", "Conv(16, Padding = 2, Name", StringComparison.Ordinal), "c (Conv): Padding is 1 in the file, 2 in the declaration" },
    };

    [Theory]
    [MemberData(nameof(Differing))]
    public void A_strict_load_throws_with_both_values_and_another_reports_them(string attributes, string difference)
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared([Saved, attributes]);
        using var directory = new TemporaryDirectory();
        string path = directory.File("net.safetensors");
        foreach (Naming naming in new[] { Naming.SeGen, Naming.Timm })
        {
            modules[0].SaveWeights(path, naming);
            CheckpointException e = Assert.Throws<CheckpointException>(() => modules[1].LoadWeights(path, naming));
            Assert.StartsWith($"{path}: the weights fit, but were saved by a module that was declared otherwise; correct the declaration, or load with strict: false:", e.Message, StringComparison.Ordinal);
            Assert.Contains($"\n  differs     {difference}", e.Message, StringComparison.Ordinal);
            LoadReport report = modules[1].LoadWeights(path, naming, strict: false);
            Assert.Contains(difference, report.Mismatched);
            Assert.Equal(modules[1].Parameters.Count, report.Loaded);
            Assert.Equal(modules[0].Parameters[0].Values.ToArray(), modules[1].Parameters[0].Values.ToArray());
        }
    }

    [Theory]
    [InlineData("SENetwork(3, Height = 8, Width = 8", "SENetwork(3, Height = 16, Width = 8, MaxBatch = 4, InferenceOnly = true, Precision = Precision.Strict")]
    [InlineData("Conv(16", "Conv(16, Kernel = 3, Stride = 1, Padding = 1, Groups = 1, Bias = false")]
    [InlineData("BatchNorm(Name", "BatchNorm(Epsilon = 1e-5, Momentum = 0.3, Name")]
    [InlineData("SEResidual(16", "SEResidual(16, Reduction = 16, Gate = Gate.Sigmoid, ZeroInitLast = true, Shortcut = Shortcut.Identity")]
    [InlineData("GlobalAveragePool", "GlobalAveragePool, Dropout(0.2)")]
    [InlineData("MaxPool(2)", "MaxPool(2, Stride = 2, Padding = 0)")]
    public void What_does_not_decide_the_results_is_no_difference(string written, string otherwise)
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared([Saved, Saved.Replace(written, otherwise, StringComparison.Ordinal)]);
        using var directory = new TemporaryDirectory();
        string path = directory.File("net.safetensors");
        modules[0].SaveWeights(path);
        Assert.Empty(modules[1].LoadWeights(path).Mismatched);
    }

    [Fact]
    public void Another_version_of_the_library_is_never_an_error_nor_is_what_only_it_knows()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        var gate = new CheckpointGate(1);
        TensorToWrite[] tensors = [.. gate.Parameters.Select(p => new TensorToWrite(p.Name, p.Shape.ToArray(), p.Values.ToArray()))];
        foreach ((string line, int differences) in new[]
        {
            ("SEBlock(Bias=Both, Squeeze=Mean, Activation=ReLU, Gate=Sigmoid, GateSlope=0.2, Newest=7)", 0), ("SEBlock(Gate=Sigmoid)", 0), ("SEBlock()", 0), ("SEBlock(Gate=HardSigmoid)", 1),
            ("not a line at all", 1),
        })
        {
            SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["segen.version"] = "99.1", ["segen.layer.0000"] = line });
            Assert.Equal(differences, gate.LoadWeights(path, strict: false).Mismatched.Count);
        }

        // PyTorch's own files have nothing to compare.
        SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        Assert.Empty(gate.LoadWeights(path).Mismatched);
    }

    [Fact]
    public void The_metadata_says_what_was_declared()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("net.safetensors");
        ModuleCompiler.CreateDeclared([Saved])[0].SaveWeights(path);
        using var file = SafeTensorsFile.Open(path);
        Assert.Equal(SeGenInfo.Version, file.Metadata["segen.version"]);
        Assert.Equal(
            [
                "Conv(Channels=16, Kernel=3, Stride=1, Padding=1, Dilation=1, CeilMode=false, Groups=1) c", "BatchNorm(Epsilon=1E-05) n", "ReLU() 2",
                "SEResidual(Body=Basic, Channels=16, Stride=1, Blocks=1, Groups=1, BaseWidth=64, Placement=Standard, Shortcut=Identity, Epsilon=1E-05, Bias=Both, Squeeze=Mean, Activation=ReLU, Gate=Sigmoid) r",
                "MaxPool(Kernel=2, Stride=2, Padding=0, Dilation=1, CeilMode=false) 4", "GlobalAveragePool() 5", "Linear(Features=4) fc",
            ],
            Enumerable.Range(0, 7).Select(i => file.Metadata[$"segen.layer.{i:D4}"]));
    }

    [Fact]
    public void The_state_of_a_run_is_of_the_module_that_was_declared()
    {
        IReadOnlyList<IModule> modules = ModuleCompiler.CreateDeclared([Saved, Saved.Replace("BatchNorm(Name", "BatchNorm(Epsilon = 0.001, Name", StringComparison.Ordinal)]);
        using var directory = new TemporaryDirectory();
        string path = directory.File("run.safetensors");
        TrainingState.Save(path, new SgdOptimizer(modules[0].Parameters, 0.1f), default, new Dictionary<string, string>());
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => TrainingState.Load(path, new SgdOptimizer(modules[1].Parameters, 0.1f), new Dictionary<string, string>()));
        Assert.Contains("it is of a module that was declared otherwise: n (BatchNorm): Epsilon is 1E-05 in the file, 0.001 in the declaration", e.Message, StringComparison.Ordinal);
    }
}
