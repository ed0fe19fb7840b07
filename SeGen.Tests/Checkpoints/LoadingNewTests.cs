using SeGen.CompilerServices;

namespace SeGen.Tests.Checkpoints;

/// <summary>A module made from a file: without drawing weights, and where they are released without keeping them twice.</summary>
public class LoadingNewTests
{
    private static readonly byte[] Sound = SafeTensorsBytes.Of([.. GateFiles.Tensors("linear1", "linear2").Reverse()]);

    private static readonly KeyMap Linear = KeyMap.From(Naming.Linear);

    [Fact]
    public void Every_source_gives_the_same_module_released_or_not()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", Sound);
        float[] expected = GateFiles.Forward(CheckpointGate.Load(path, Naming.Linear));
        foreach (bool release in new[] { false, true })
        {
            CheckpointGate[] gates =
            [
                CheckpointGate.Load(path, Naming.Linear, release: release), CheckpointGate.Load(path, Linear, release: release),
                CheckpointGate.Load(new MemoryStream(Sound), Naming.Linear, release: release), CheckpointGate.Load(new OnceStream(Sound), Linear, release: release),
                CheckpointGate.Load(Sound, Naming.Linear, release: release), CheckpointGate.Load(Sound.AsMemory(), Linear, release: release),
            ];
            foreach (CheckpointGate gate in gates)
            {
                Assert.Equal(expected, GateFiles.Forward(gate));
                Assert.Equal(expected, GateFiles.Forward(gate.ShareWeights()));
                if (!release)
                    continue;

                Assert.Contains("were released, by Prepare(releaseParameters: true) or Load(..., release: true)", Assert.Throws<InvalidOperationException>(() => gate.Parameters[0].Values.Length).Message, StringComparison.Ordinal);
                Assert.Throws<InvalidOperationException>(() => gate.SaveWeights(path));
                Assert.Throws<InvalidOperationException>(() => gate.ForwardTraining(new float[CheckpointGate.InputLength], new float[CheckpointGate.InputLength]));
            }
        }
    }

    [Fact]
    public void A_network_is_packed_from_its_file_as_from_its_parameters()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("net.safetensors");
        new NamedResiduals(7).SaveWeights(path);
        float[] x = [.. Enumerable.Range(0, NamedResiduals.InputLength).Select(i => MathF.Sin(i))], expected = new float[NamedResiduals.OutputLength], y = new float[expected.Length];
        new NamedResiduals(7).Forward(x, expected);
        NamedResiduals.Load(path, release: true).Forward(x, y);
        Assert.Equal(expected, y);
        NamedResiduals.Load(path).Forward(x, y);
        Assert.Equal(expected, y);
    }

    [Fact]
    public void What_a_file_lacks_is_drawn_as_in_a_new_module()
    {
        byte[] part = SafeTensorsBytes.Of(GateFiles.Tensors()[1]);
        var drawn = new CheckpointGate();
        drawn.LoadWeights(part, strict: false);
        Assert.Equal(GateFiles.Values(drawn), GateFiles.Values(CheckpointGate.Load(part, strict: false)));
        Assert.Equal(GateFiles.Forward(drawn), GateFiles.Forward(CheckpointGate.Load(part, strict: false, release: true)));
        Assert.Throws<CheckpointException>(() => CheckpointGate.Load(part));
    }

    [Fact]
    public void A_broken_file_is_refused_before_or_while_it_is_packed()
    {
        Assert.Throws<SafeTensorsException>(() => CheckpointGate.Load(Sound.AsMemory(0, Sound.Length - 1), Naming.Linear, release: true));
        Assert.ThrowsAny<IOException>(() => CheckpointGate.Load(new FailingStream(Sound, Sound.Length - 10), Naming.Linear, release: true));
        Assert.ThrowsAny<IOException>(() => CheckpointGate.Load(new OnceStream(Sound, breaksAt: Sound.Length - 10), Naming.Linear));
    }

    [Fact]
    public void Of_a_released_module_no_more_is_ever_in_memory_than_a_part_needs()
    {
        // The first call of everything has been made before what counts.
        using var directory = new TemporaryDirectory();
        string path = directory.File("net.safetensors");
        var net = new ReleasedNet(3);
        net.SaveWeights(path);
        ReleasedNet.Load(path, release: true);
        long parameters = net.Parameters.Sum(p => 4L * p.Length), packed = 4L * NetDefinition(net).PackedLength;
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = ReleasedNet.Load(path, release: true);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, packed, packed + parameters / 2);
        before = GC.GetAllocatedBytesForCurrentThread();
        ReleasedNet.Load(path).Prepare();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, packed + parameters, long.MaxValue);
    }

    [Fact]
    public void A_module_says_what_it_is_and_where_its_weights_come_from()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", Sound);
        const string Gate = "SeGen.Tests.Checkpoints.CheckpointGate: 20 x 2 x 3 to 20 channels, 266 parameter values; ";
        Assert.Equal(Gate + "weights drawn with seed 5", new CheckpointGate(5).ToString());
        Assert.Equal($"{Gate}4 of 4 parameters from {path}", CheckpointGate.Load(path, Naming.Linear).ToString());
        var gate = new CheckpointGate(5);
        gate.LoadWeights(SafeTensorsBytes.Of(GateFiles.Tensors()[1]), strict: false);
        Assert.Equal(Gate + "1 of 4 parameters from the memory", gate.ShareWeights().ToString());
        Assert.Equal("mine", new OwnText().ToString());
    }

    private static ModuleDefinition NetDefinition(ReleasedNet net)
    {
        var state = (ModuleState)typeof(ReleasedNet).GetField("_seGen", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(net)!;
        return state.Definition;
    }
}

/// <summary>Four layers of weights, each a small part of all.</summary>
[SENetwork(64, Height = 4, Width = 4, InferenceOnly = true)]
[Conv(64, Name = "a"), Conv(64, Name = "b"), Conv(64, Name = "c"), Conv(64, Name = "d"), Conv(64, Name = "e"), Conv(64, Name = "f")]
public partial class ReleasedNet;

/// <summary>A class with a text of its own.</summary>
[SEBlock(16)]
public partial class OwnText
{
    /// <inheritdoc/>
    public override string ToString() => "mine";
}
