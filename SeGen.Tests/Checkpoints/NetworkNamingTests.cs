namespace SeGen.Tests.Checkpoints;

/// <summary>
/// Whole networks in every convention: a file with its names and shapes is read, what is saved has them again and is read back, and a
/// convention without names for a block says so. The names stand here as the conventions write them, next to nothing of the product's.
/// </summary>
public class NetworkNamingTests
{
    private const string Convolutions = "Timm TimmLegacy TorchVision";

    // SeGen's name of a layer, then each convention's own where it differs.
    private static readonly string[] Residuals =
    [
        "conv1", "bn1",
        "layer1.0.conv1", "layer1.0.bn1", "layer1.0.conv2", "layer1.0.bn2",
        "layer1.0.se.fc1 Linear=layer1.0.se.linear1 Sequential=layer1.0.se.sequence.2 Excitation=layer1.0.se_block.excitation.0 TimmLegacy=layer1.0.se_module.fc1 SENetPyTorch=layer1.0.se.fc.0",
        "layer1.0.se.fc2 Linear=layer1.0.se.linear2 Sequential=layer1.0.se.sequence.4 Excitation=layer1.0.se_block.excitation.2 TimmLegacy=layer1.0.se_module.fc2 SENetPyTorch=layer1.0.se.fc.2",
        "layer1.1.conv1", "layer1.1.bn1", "layer1.1.conv2", "layer1.1.bn2",
        "layer1.1.se.fc1 Linear=layer1.1.se.linear1 Sequential=layer1.1.se.sequence.2 Excitation=layer1.1.se_block.excitation.0 TimmLegacy=layer1.1.se_module.fc1 SENetPyTorch=layer1.1.se.fc.0",
        "layer1.1.se.fc2 Linear=layer1.1.se.linear2 Sequential=layer1.1.se.sequence.4 Excitation=layer1.1.se_block.excitation.2 TimmLegacy=layer1.1.se_module.fc2 SENetPyTorch=layer1.1.se.fc.2",
        "layer2.conv1", "layer2.bn1", "layer2.conv2", "layer2.bn2", "layer2.conv3", "layer2.bn3",
        "layer2.se.fc1 Linear=layer2.se.linear1 Sequential=layer2.se.sequence.2 Excitation=layer2.se_block.excitation.0 TimmLegacy=layer2.se_module.fc1 SENetPyTorch=layer2.se.fc.0",
        "layer2.se.fc2 Linear=layer2.se.linear2 Sequential=layer2.se.sequence.4 Excitation=layer2.se_block.excitation.2 TimmLegacy=layer2.se_module.fc2 SENetPyTorch=layer2.se.fc.2",
        "layer2.downsample.0 Excitation=layer2.shortcut.0", "layer2.downsample.1 Excitation=layer2.shortcut.1",
        "gate.fc1 Linear=gate.linear1 Sequential=gate.sequence.2 Excitation=gate.excitation.0 SENetPyTorch=gate.fc.0",
        "gate.fc2 Linear=gate.linear2 Sequential=gate.sequence.4 Excitation=gate.excitation.2 SENetPyTorch=gate.fc.2",
        "fc",
    ];

    private static readonly string[] Inverted =
    [
        "stem.0", "stem.1",
        "features.1.depthwise Timm=features.1.conv_dw TorchVision=features.1.block.0.0",
        "features.1.depthwise_bn Timm=features.1.bn1 TorchVision=features.1.block.0.1",
        "features.1.se.fc1 Linear=features.1.se.linear1 Sequential=features.1.se.sequence.2 Timm=features.1.se.conv_reduce TorchVision=features.1.block.1.fc1",
        "features.1.se.fc2 Linear=features.1.se.linear2 Sequential=features.1.se.sequence.4 Timm=features.1.se.conv_expand TorchVision=features.1.block.1.fc2",
        "features.1.project Timm=features.1.conv_pw TorchVision=features.1.block.2.0",
        "features.1.project_bn Timm=features.1.bn2 TorchVision=features.1.block.2.1",
        "features.2.expand Timm=features.2.conv_pw TorchVision=features.2.block.0.0",
        "features.2.expand_bn Timm=features.2.bn1 TorchVision=features.2.block.0.1",
        "features.2.depthwise Timm=features.2.conv_dw TorchVision=features.2.block.1.0",
        "features.2.depthwise_bn Timm=features.2.bn2 TorchVision=features.2.block.1.1",
        "features.2.se.fc1 Linear=features.2.se.linear1 Sequential=features.2.se.sequence.2 Timm=features.2.se.conv_reduce TorchVision=features.2.block.2.fc1",
        "features.2.se.fc2 Linear=features.2.se.linear2 Sequential=features.2.se.sequence.4 Timm=features.2.se.conv_expand TorchVision=features.2.block.2.fc2",
        "features.2.project Timm=features.2.conv_pwl TorchVision=features.2.block.3.0",
        "features.2.project_bn Timm=features.2.bn3 TorchVision=features.2.block.3.1",
        "features.3.expand Timm=features.3.conv_pw TorchVision=features.3.block.0.0",
        "features.3.expand_bn Timm=features.3.bn1 TorchVision=features.3.block.0.1",
        "features.3.depthwise Timm=features.3.conv_dw TorchVision=features.3.block.1.0",
        "features.3.depthwise_bn Timm=features.3.bn2 TorchVision=features.3.block.1.1",
        "features.3.project Timm=features.3.conv_pwl TorchVision=features.3.block.2.0",
        "features.3.project_bn Timm=features.3.bn3 TorchVision=features.3.block.2.1",
        "features.4.depthwise Timm=features.4.conv_dw TorchVision=features.4.block.0.0",
        "features.4.depthwise_bn Timm=features.4.bn1 TorchVision=features.4.block.0.1",
        "features.4.project Timm=features.4.conv_pw TorchVision=features.4.block.1.0",
        "features.4.project_bn Timm=features.4.bn2 TorchVision=features.4.block.1.1",
        "classifier",
    ];

    private static readonly string[] RegNet =
    [
        "stem.0", "stem.1",
        "trunk_output.block1.0.conv1 TorchVision=trunk_output.block1.block1-0.f.a.0", "trunk_output.block1.0.bn1 TorchVision=trunk_output.block1.block1-0.f.a.1",
        "trunk_output.block1.0.conv2 TorchVision=trunk_output.block1.block1-0.f.b.0", "trunk_output.block1.0.bn2 TorchVision=trunk_output.block1.block1-0.f.b.1",
        "trunk_output.block1.0.se.fc1 Linear=trunk_output.block1.0.se.linear1 Sequential=trunk_output.block1.0.se.sequence.2 TorchVision=trunk_output.block1.block1-0.f.se.fc1",
        "trunk_output.block1.0.se.fc2 Linear=trunk_output.block1.0.se.linear2 Sequential=trunk_output.block1.0.se.sequence.4 TorchVision=trunk_output.block1.block1-0.f.se.fc2",
        "trunk_output.block1.0.conv3 TorchVision=trunk_output.block1.block1-0.f.c.0", "trunk_output.block1.0.bn3 TorchVision=trunk_output.block1.block1-0.f.c.1",
        "trunk_output.block1.0.downsample.0 TorchVision=trunk_output.block1.block1-0.proj.0", "trunk_output.block1.0.downsample.1 TorchVision=trunk_output.block1.block1-0.proj.1",
        "trunk_output.block1.1.conv1 TorchVision=trunk_output.block1.block1-1.f.a.0", "trunk_output.block1.1.bn1 TorchVision=trunk_output.block1.block1-1.f.a.1",
        "trunk_output.block1.1.conv2 TorchVision=trunk_output.block1.block1-1.f.b.0", "trunk_output.block1.1.bn2 TorchVision=trunk_output.block1.block1-1.f.b.1",
        "trunk_output.block1.1.se.fc1 Linear=trunk_output.block1.1.se.linear1 Sequential=trunk_output.block1.1.se.sequence.2 TorchVision=trunk_output.block1.block1-1.f.se.fc1",
        "trunk_output.block1.1.se.fc2 Linear=trunk_output.block1.1.se.linear2 Sequential=trunk_output.block1.1.se.sequence.4 TorchVision=trunk_output.block1.block1-1.f.se.fc2",
        "trunk_output.block1.1.conv3 TorchVision=trunk_output.block1.block1-1.f.c.0", "trunk_output.block1.1.bn3 TorchVision=trunk_output.block1.block1-1.f.c.1",
        "fc",
    ];

    private static readonly string[] ConvGates =
    [
        "stage1.conv",
        "stage1.fc1 Linear=stage1.linear1 Sequential=stage1.sequence.2 Gates=stage1.gate_1 Excitation=stage1.excitation.0 SENetPyTorch=stage1.fc.0",
        "stage1.fc2 Linear=stage1.linear2 Sequential=stage1.sequence.4 Gates=stage1.gate_2 Excitation=stage1.excitation.2 SENetPyTorch=stage1.fc.2",
        "stage2.conv",
        "stage2.fc1 Linear=stage2.linear1 Sequential=stage2.sequence.2 Gates=stage2.gate_1 Excitation=stage2.excitation.0 SENetPyTorch=stage2.fc.0",
        "stage2.fc2 Linear=stage2.linear2 Sequential=stage2.sequence.4 Gates=stage2.gate_2 Excitation=stage2.excitation.2 SENetPyTorch=stage2.fc.2",
        "gate.fc1 Linear=gate.linear1 Sequential=gate.sequence.2 Gates=gate.gate_1 Excitation=gate.excitation.0 SENetPyTorch=gate.fc.0",
        "gate.fc2 Linear=gate.linear2 Sequential=gate.sequence.4 Gates=gate.gate_2 Excitation=gate.excitation.2 SENetPyTorch=gate.fc.2",
        "fc",
    ];

    private static readonly (string Name, Func<IModule> Create, string[] Layers, Naming[] Unnamed)[] Networks =
    [
        (nameof(NamedResiduals), () => new NamedResiduals(), Residuals, [Naming.Gates]),
        (nameof(NamedInverted), () => new NamedInverted(), Inverted, [Naming.Gates, Naming.Excitation, Naming.TimmLegacy, Naming.SENetPyTorch]),
        (nameof(NamedRegNet), () => new NamedRegNet(), RegNet, [Naming.Gates, Naming.Excitation, Naming.Timm, Naming.TimmLegacy, Naming.SENetPyTorch]),
        (nameof(NamedConvGates), () => new NamedConvGates(), ConvGates, []),
    ];

    public static IEnumerable<object[]> Named() => Networks.SelectMany(n => Enum.GetValues<Naming>().Except(n.Unnamed), (n, naming) => new object[] { n.Name, naming });

    public static IEnumerable<object[]> Unnamed() => Networks.SelectMany(n => n.Unnamed, (n, naming) => new object[] { n.Name, naming });

    [Theory]
    [MemberData(nameof(Named))]
    public void A_file_of_a_convention_is_read(string network, Naming naming)
    {
        (_, Func<IModule> create, string[] layers, _) = Networks.Single(n => n.Name == network);
        IModule module = create();
        RawTensor[] tensors = [.. Tensors(module, layers, naming)];
        module.LoadWeights(SafeTensorsBytes.Of(tensors), KeyMap.From(naming));
        foreach ((Parameter parameter, RawTensor tensor) in module.Parameters.Zip(tensors.Where(t => t.Type == "F32")))
            Assert.Equal(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Data), parameter.Values);
    }

    [Theory]
    [MemberData(nameof(Named))]
    public void What_is_saved_in_a_convention_has_its_names_and_is_read_back(string network, Naming naming)
    {
        (_, Func<IModule> create, string[] layers, _) = Networks.Single(n => n.Name == network);
        IModule saved = create(), loaded = create();
        saved.LoadWeights(SafeTensorsBytes.Of([.. Tensors(saved, layers, Naming.SeGen)]));
        using var directory = new TemporaryDirectory();
        string path = directory.File("network.safetensors");
        saved.SaveWeights(path, naming);
        using (var file = SafeTensorsFile.Open(path))
        {
            Assert.Equal(
                Tensors(saved, layers, naming).Select(t => $"{t.Name} {t.Type} [{string.Join(", ", t.Shape)}]").Order(StringComparer.Ordinal),
                file.Tensors.Select(t => $"{t.Name} {t.Type} [{string.Join(", ", t.Shape.ToArray())}]").Order(StringComparer.Ordinal));
        }

        loaded.LoadWeights(path, naming);
        Assert.Equal(saved.Parameters.Select(p => (p.Name, p.Values.ToArray())), loaded.Parameters.Select(p => (p.Name, p.Values.ToArray())));
        float[] x = [.. Enumerable.Range(0, 3 * 4 * 4).Select(i => MathF.Sin(i))], before = new float[5], after = new float[5];
        saved.Forward(x, before);
        loaded.Forward(x, after);
        Assert.Equal(before, after);
    }

    [Theory]
    [MemberData(nameof(Unnamed))]
    public void A_convention_without_names_for_a_block_says_so(string network, Naming naming)
    {
        IModule module = Networks.Single(n => n.Name == network).Create();
        using var directory = new TemporaryDirectory();
        string path = directory.File("network.safetensors");
        var e = Assert.Throws<NotSupportedException>(() => module.SaveWeights(path, naming));
        Assert.Contains($"Naming.{naming} has no names for the block of ", e.Message, StringComparison.Ordinal);
        Assert.Empty(directory.Files);

        module.SaveWeights(path);
        Assert.Throws<NotSupportedException>(() => module.LoadWeights(path, naming));
    }

    [Fact]
    public void Every_layer_of_the_networks_has_its_names_above()
        => Assert.All(Networks, n => Assert.Equal(
            n.Create().Parameters.Select(p => Layer(p.Name)).Distinct().Order(StringComparer.Ordinal),
            n.Layers.Select(l => l.Split(' ')[0]).Order(StringComparer.Ordinal)));

    /// <summary>A network's tensors as a convention's files have them: names, shapes, and in batch norms how many batches they saw.</summary>
    private static IEnumerable<RawTensor> Tensors(IModule module, string[] layers, Naming naming)
    {
        var names = layers.Select(l => l.Split(' ')).ToDictionary(
            l => l[0], l => l.Skip(1).Select(n => n.Split('=')).Where(n => n[0] == naming.ToString()).Select(n => n[1]).SingleOrDefault() ?? l[0]);
        foreach (Parameter parameter in module.Parameters)
        {
            string layer = Layer(parameter.Name), leaf = parameter.Name[layer.Length..];
            bool isGate = layer.EndsWith(".fc1", StringComparison.Ordinal) || layer.EndsWith(".fc2", StringComparison.Ordinal);
            bool isConvolution = isGate && leaf == ".weight" && Convolutions.Split(' ').Contains(naming.ToString());
            long[] shape = [.. parameter.Shape.ToArray().Select(d => (long)d), .. isConvolution ? [1L, 1L] : Array.Empty<long>()];
            yield return RawTensor.Counting(names[layer] + leaf, shape, 1e-3f / parameter.Name.Length);
            if (leaf == ".running_var")
                yield return new RawTensor(names[layer] + ".num_batches_tracked", "I64", [], BitConverter.GetBytes(7L));
        }
    }

    private static string Layer(string parameter) => parameter[..parameter.LastIndexOf('.')];
}
