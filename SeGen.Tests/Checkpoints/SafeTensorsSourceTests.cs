namespace SeGen.Tests.Checkpoints;

/// <summary>The same file by path, by stream and in memory.</summary>
public class SafeTensorsSourceTests
{
    private static readonly byte[] Sound = SafeTensorsBytes.Of(
        new RawTensor("odd", "U8", [3], [1, 2, 3]), RawTensor.Counting("a", [20, 30], 0.5f), RawTensor.Counting("b", [], 4));

    [Fact]
    public void A_path_a_stream_and_memory_give_the_same_tensors()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("sound.safetensors", Sound);
        using FileStream stream = File.OpenRead(path);
        SafeTensorsFile[] files =
        [
            SafeTensorsFile.Open(path), SafeTensorsFile.Read(Sound), SafeTensorsFile.Read(stream),
            SafeTensorsFile.Read(new TricklingStream(Sound)), SafeTensorsFile.Read(new MemoryStream(Sound)),
        ];
        foreach (SafeTensorsFile file in files)
        {
            Assert.Equal(["a", "b", "odd"], file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
            Assert.Equal(Enumerable.Range(1, 600).Select(i => i * 0.5f), file.ReadSingles("a"));
            Assert.Equal([4f], file.ReadSingles("b"));
            Assert.Equal([1f, 2f, 3f], file.ReadSingles("odd"));
            file.Dispose();
        }

        Assert.Equal([path, "the memory", path, "the stream", "the stream"], files.Select(f => f.Name));
    }

    [Fact]
    public void A_stream_is_read_from_its_position_and_stays_open()
    {
        using var stream = new MemoryStream([9, 9, 9, .. Sound]) { Position = 3 };
        using var file = SafeTensorsFile.Read(stream);
        Assert.Equal(3, file.Tensors.Count);
        Assert.True(stream.CanRead);
    }

    [Theory]
    [InlineData(0, "is empty; a download or a save that broke off leaves such a file")]
    [InlineData(1, "has 1 bytes; a safetensors file begins with the 8 of its header's length")]
    [InlineData(7, "has 7 bytes; a safetensors file begins with the 8 of its header's length")]
    [InlineData(100, "claims a header of {0} bytes; only 92 follow")]
    public void A_file_that_ends_early_is_refused_alike_from_every_source(int length, string fault)
    {
        byte[] bytes = Sound[..length];
        fault = string.Format(null, fault, BitConverter.ToUInt64(Sound));
        using var directory = new TemporaryDirectory();
        string path = directory.File("short.safetensors", bytes);
        Assert.Equal($"{path}: {fault}.", Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Open(path)).Message);
        Assert.Equal($"the memory: {fault}.", Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Read(bytes)).Message);
        Assert.Equal(
            $"the stream: {fault}.", Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Read(new TricklingStream(bytes))).Message);

        // A refused file is let go of: somebody will want to replace it.
        File.Delete(path);
        Assert.Empty(directory.Files);
    }

    [Fact]
    public void A_path_that_cannot_be_opened_is_an_io_exception_whatever_stands_there()
    {
        using var directory = new TemporaryDirectory();
        Assert.Throws<FileNotFoundException>(() => SafeTensorsFile.Open(directory.File("none")));
        Assert.Throws<DirectoryNotFoundException>(() => SafeTensorsFile.Open(Path.Combine(directory.File("none"), "none")));
        IOException e = Assert.Throws<IOException>(() => SafeTensorsFile.Open(directory.Path));
        Assert.StartsWith($"{directory.Path} cannot be opened: ", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SafeTensorsFile.Open(""));
    }

    [Fact]
    public void Values_go_only_where_they_fit_and_come_only_from_the_file_asked()
    {
        using var file = SafeTensorsFile.Read(Sound);
        using var other = SafeTensorsFile.Read(Sound);
        Assert.True(file.TryGet("odd", out TensorInfo? odd));
        Assert.Throws<ArgumentException>("values", () => file.ReadSingles(odd, new float[2]));
        Assert.Throws<ArgumentException>("values", () => file.ReadSingles(odd, new float[4]));
        Assert.Throws<ArgumentException>("tensor", () => other.ReadSingles(odd, new float[3]));
        KeyNotFoundException e = Assert.Throws<KeyNotFoundException>(() => file.ReadSingles("c"));
        Assert.Equal("the memory has no tensor \"c\"; it has a, b, odd.", e.Message);
    }

    [Fact]
    public void A_file_that_is_disposed_of_is_not_read_any_more()
    {
        // A read from a mapping that is gone would end the process.
        using var directory = new TemporaryDirectory();
        var file = SafeTensorsFile.Open(directory.File("sound.safetensors", Sound));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadSingles("a"));
    }

    [Fact]
    public void Metadata_is_handed_out_as_it_stands()
    {
        const string Header = "{\"__metadata__\":{\"format\":\"pt\",\"\\u00e4\":\"\\n\\ud83d\\ude00\",\"\":\"\"}}";
        using var file = SafeTensorsFile.Read(SafeTensorsBytes.Of(Header, 0));
        Assert.Equal(3, file.Metadata.Count);
        Assert.Equal(("pt", "\n\U0001F600", ""), (file.Metadata["format"], file.Metadata["ä"], file.Metadata[""]));
    }

    /// <summary>A network's stream at its worst: no length, no position, one to three bytes a read.</summary>
    private sealed class TricklingStream(byte[] bytes) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int length = Math.Min(Math.Min(count, 1 + _at % 3), bytes.Length - _at);
            bytes.AsSpan(_at, length).CopyTo(buffer.AsSpan(offset));
            _at += length;
            return length;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
