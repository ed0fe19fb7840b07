namespace SeGen.Tests.Checkpoints;

/// <summary>A save keeps what is there: the mode, the link, the old file until the new one is whole; and it leaves nothing behind.</summary>
public class SavingTests
{
    private static readonly TensorToWrite[] One = [new("a", [2], new float[] { 1, 2 })];

    [Fact]
    public void The_mode_of_the_file_that_is_replaced_is_kept()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var directory = new TemporaryDirectory();
        string path = directory.File("secret.safetensors", [1]);
        foreach (UnixFileMode mode in new[] { UnixFileMode.UserRead | UnixFileMode.UserWrite, (UnixFileMode)0b110_100_100, (UnixFileMode)0b110_110_110 })
        {
            File.SetUnixFileMode(path, mode);
            SafeTensorsWriter.Write(path, One);
            Assert.Equal(mode, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void A_new_file_has_the_mode_that_any_new_file_gets()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var directory = new TemporaryDirectory();
        string path = directory.File("new.safetensors"), plain = directory.File("plain", [1]);
        SafeTensorsWriter.Write(path, One);
        Assert.Equal(File.GetUnixFileMode(plain), File.GetUnixFileMode(path));
    }

    [Fact]
    public void While_it_is_written_only_its_owner_can_read_it()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var directory = new TemporaryDirectory();
        UnixFileMode? seen = null;
        AtomicFile.Write(directory.File("gate.safetensors"), stream =>
        {
            string temporary = Assert.Single(directory.Files, f => f.EndsWith(".tmp", StringComparison.Ordinal));
            seen = new FileInfo(directory.File(temporary)).UnixFileMode;
        });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, seen);
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Theory]
    [InlineData(255)]
    [InlineData(1)]
    public void A_name_may_be_as_long_as_the_file_system_allows(int length)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File(new string('n', length));
        SafeTensorsWriter.Write(path, One);
        SafeTensorsWriter.Write(path, One);
        Assert.Equal([Path.GetFileName(path)], directory.Files);
    }

    [Fact]
    public void What_killed_saves_of_the_same_file_left_is_swept_and_nothing_else()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors"), other = directory.File("other.safetensors");
        string? own = null, others = null;
        AtomicFile.Write(path, _ => own = directory.Files.Single(f => f.EndsWith(".tmp", StringComparison.Ordinal)));
        AtomicFile.Write(other, _ => others = directory.Files.Single(f => f.EndsWith(".tmp", StringComparison.Ordinal)));
        for (int i = 0; i < 46; i++)
            directory.File(own!.Replace(own[^12..^4], $"{i:x8}", StringComparison.Ordinal), [1, 2, 3]);

        directory.File(others!, [1]);
        directory.File("notes.tmp", [1]);
        SafeTensorsWriter.Write(path, One);
        Assert.Equal(new[] { others!, "gate.safetensors", "notes.tmp", "other.safetensors" }.Order(StringComparer.Ordinal), directory.Files);
    }

    [Fact]
    public void A_save_that_is_under_way_is_not_swept()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        AtomicFile.Write(path, stream =>
        {
            stream.Write([1]);
            SafeTensorsWriter.Write(path, One);
            Assert.Equal(2, directory.Files.Length);
        });

        // The one that ended last is there whole, and it was not disturbed.
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Fact]
    public async Task Two_savers_at_once_never_leave_a_torn_file()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        TensorToWrite[] of(float value) => [new("a", [5000], Enumerable.Repeat(value, 5000).ToArray())];
        SafeTensorsWriter.Write(path, of(0));
        using var stop = new CancellationTokenSource();
        Task reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var file = SafeTensorsFile.Open(path);
                float[] values = file.ReadSingles("a");
                Assert.All(values, v => Assert.Equal(values[0], v));
            }
        });
        await Task.WhenAll([.. new[] { 1f, 2f, 3f }.Select(value => Task.Run(() =>
        {
            for (int i = 0; i < 60; i++)
                SafeTensorsWriter.Write(path, of(value));
        }))]);
        await stop.CancelAsync();
        await reader;
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file()
    {
        // A device that has no room: what is written to it fails as on a full disk.
        if (!File.Exists("/dev/full"))
            return;

        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", [1, 2, 3]);
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write(new byte[10]);
        }));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Theory]
    [InlineData(WeightType.F16, 2)]
    [InlineData(WeightType.BF16, 2)]
    [InlineData(WeightType.F32, 4)]
    public void Weights_are_saved_in_the_type_asked_for_rounded_to_the_nearest(WeightType type, int size)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        var gate = new CheckpointGate(11);
        gate.SaveWeights(path, type: type);
        using var file = SafeTensorsFile.Open(path);
        Assert.All(file.Tensors, t => Assert.Equal((type.ToString(), size * t.Length), (t.TypeName, t.ByteLength)));
        float[] expected = [.. GateFiles.Values(gate).Select(v => type switch
        {
            WeightType.F16 => (float)(Half)v,
            WeightType.BF16 => NearestBrainFloat(v),
            _ => v,
        })];
        Assert.Equal(expected, GateFiles.Values(CheckpointGate.Load(path)));
    }

    [Fact]
    public void Half_precision_refuses_what_would_become_infinite_and_keeps_what_is()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", [7]);
        var gate = new CheckpointGate(11);
        gate.Parameters["fc1.bias"].Write()[2] = 65520f;
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => gate.SaveWeights(path, type: WeightType.F16));
        Assert.Equal($"{path} was not written: fc1.bias has the value 65520, and F16 ends at 65504; save as BF16 or F32.", e.Message);
        Assert.Equal([7], File.ReadAllBytes(path));

        float[] special = [65519.99f, float.PositiveInfinity, float.NaN, -0f, 6e-8f, 1e-9f];
        special.CopyTo(gate.Parameters["fc1.bias"].Write());
        gate.SaveWeights(path, type: WeightType.F16);
        Assert.Equal([65504f, float.PositiveInfinity, float.NaN, -0f, (float)(Half)6e-8f, 0f], CheckpointGate.Load(path).Parameters["fc1.bias"].Values.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>("type", () => gate.SaveWeights(path, type: (WeightType)9));
    }

    [Fact]
    public void Until_the_new_file_is_whole_the_old_one_stands()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        SafeTensorsWriter.Write(path, One);
        byte[] old = File.ReadAllBytes(path);
        AtomicFile.Write(path, stream =>
        {
            stream.Write([9, 9]);
            stream.Flush();
            Assert.Equal(old, File.ReadAllBytes(path));
        });
        Assert.Equal([9, 9], File.ReadAllBytes(path));
    }

    /// <summary>By trying both neighbours.</summary>
    private static float NearestBrainFloat(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000;
        float down = BitConverter.UInt32BitsToSingle(bits), up = BitConverter.UInt32BitsToSingle(bits + 0x10000);
        double below = Math.Abs((double)value - down), above = Math.Abs((double)up - value);
        return below < above || (below == above && (bits & 0x10000) == 0) ? down : up;
    }
}
