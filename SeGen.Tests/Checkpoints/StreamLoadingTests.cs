namespace SeGen.Tests.Checkpoints;

/// <summary>Streams: the header comes first, memory follows what comes, and what breaks off leaves the module as it was.</summary>
public class StreamLoadingTests
{
    private static readonly byte[] Sound = SafeTensorsBytes.Of([.. GateFiles.Tensors().Reverse()]);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void A_stream_that_cannot_seek_is_read_forward_once(int most)
    {
        var gate = new CheckpointGate(3);
        var stream = new OnceStream(Sound, most);
        gate.LoadWeights(stream);
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(gate));
        Assert.Equal(Sound.Length, stream.Taken);
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(CheckpointGate.Load(new OnceStream(Sound, most))));
    }

    [Fact]
    public async Task A_file_stream_is_read_as_the_file_from_its_position_on()
    {
        using var directory = new TemporaryDirectory();
        await using FileStream stream = File.OpenRead(directory.File("behind.bin", [1, 2, 3, .. Sound]));
        stream.Position = 3;
        var gate = new CheckpointGate(3);
        gate.LoadWeights(stream);
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(gate));
        Assert.True(stream.CanRead);

        // And one over a FIFO, which has neither length nor position.
        if (OperatingSystem.IsWindows())
            return;

        ForeignFileTests.MakeFifo(directory.File("pipe"));
        Task writer = Task.Run(() => File.WriteAllBytes(directory.File("pipe"), Sound));
        await using var pipe = new FileStream(directory.File("pipe"), FileMode.Open, FileAccess.Read);
        Assert.Equal(4, new CheckpointGate(1).LoadWeights(pipe).Loaded);
        await writer.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(100_000_001UL)]
    public void A_claim_is_refused_before_what_it_claims_is_read(ulong length)
    {
        var stream = new OnceStream(BitConverter.GetBytes(length), isEndless: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => new CheckpointGate().LoadWeights(stream));
        Assert.Contains("claims a header of", e.Message, StringComparison.Ordinal);
        Assert.InRange(stream.Taken, 8, 4096);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 17);
    }

    [Fact]
    public void Memory_grows_with_what_a_stream_gives_and_not_with_what_it_claims()
    {
        // A header of ninety megabytes of which a hundred bytes come.
        byte[] bytes = [.. BitConverter.GetBytes(90_000_000UL), .. new byte[100]];
        foreach (Func<SafeTensorsFile> read in new Func<SafeTensorsFile>[] { () => SafeTensorsFile.Read(new OnceStream(bytes)), () => SafeTensorsFile.ReadForward(new OnceStream(bytes)) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => read());
            Assert.Contains("claims a header of 90,000,000 bytes; only 100 follow", e.Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 17);
        }
    }

    [Fact]
    public void Bytes_behind_the_last_tensor_and_missing_ones_are_refused_whatever_the_stream()
    {
        foreach (byte[] bytes in new[] { [.. Sound, 0], Sound[..^1] })
        {
            foreach (Stream stream in new Stream[] { new OnceStream(bytes, 5), new MemoryStream(bytes), new FailingStream(bytes, long.MaxValue) })
            {
                var gate = new CheckpointGate(5);
                float[] before = GateFiles.Values(gate);
                Assert.Throws<SafeTensorsException>(() => gate.LoadWeights(stream, strict: false));
                Assert.Equal(before, GateFiles.Values(gate));
            }
        }

        // What nobody asks for counts too.
        byte[] unasked = SafeTensorsBytes.Of([.. GateFiles.Tensors(), RawTensor.Counting("zz.head", [10], 1)]);
        Assert.Equal(["zz.head"], new CheckpointGate().LoadWeights(new OnceStream(unasked), strict: false).Unexpected);
        Assert.Throws<SafeTensorsException>(() => new CheckpointGate().LoadWeights(new OnceStream(unasked[..^4]), strict: false));
    }

    [Fact]
    public void An_error_at_any_byte_leaves_the_old_weights_whole()
    {
        var gate = new CheckpointGate(5);
        (float[] before, long version, float[] computed) = (GateFiles.Values(gate), gate.Parameters.Version, GateFiles.Forward(gate));
        for (int at = 0; at < Sound.Length; at += 7)
        {
            Assert.ThrowsAny<IOException>(() => gate.LoadWeights(new FailingStream(Sound, at)));
            Assert.ThrowsAny<IOException>(() => gate.LoadWeights(new OnceStream(Sound, breaksAt: at)));
            Assert.Equal(before, GateFiles.Values(gate));
        }

        Assert.Equal(version, gate.Parameters.Version);
        Assert.Equal(computed, GateFiles.Forward(gate));
    }
}
