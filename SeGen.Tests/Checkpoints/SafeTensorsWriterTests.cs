using System.Buffers.Binary;
using System.Text;

namespace SeGen.Tests.Checkpoints;

/// <summary>The strict layout, and that a write replaces a file whole or not at all.</summary>
public class SafeTensorsWriterTests
{
    private static readonly TensorToWrite[] Tensors =
    [
        new("b.weight", [2, 1], new float[] { 1, -2 }), new("a", [], new float[] { 0.5f }),
        new("b", [0, 3], Array.Empty<float>()), new("B", [1], new[] { float.NaN }),
    ];

    [Fact]
    public void Writes_metadata_first_then_names_in_ordinal_order_and_pads_to_eight_bytes()
    {
        byte[] bytes = Written(Tensors, new Dictionary<string, string> { ["z"] = "1", ["format"] = "pt" });
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        string header = Encoding.UTF8.GetString(bytes, 8, length);
        const string Expected = "{\"__metadata__\":{\"format\":\"pt\",\"z\":\"1\"},"
            + "\"B\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[8,8]},"
            + "\"b.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[8,16]}}";
        Assert.Equal(Expected, header.TrimEnd(' '));
        Assert.Equal((Expected.Length + 7) / 8 * 8, length);
        Assert.Equal(8 + length + 16, bytes.Length);
        Assert.Equal([0x00, 0x00, 0x00, 0x3F, 0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0], bytes[^12..]);
    }

    [Fact]
    public void Pads_headers_of_every_length_with_fewer_than_eight_spaces()
    {
        for (int letters = 1; letters <= 16; letters++)
        {
            byte[] bytes = Written([new(new string('n', letters), [1], new float[] { 7 })]);
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            string header = Encoding.UTF8.GetString(bytes, 8, length);
            Assert.Equal(0, length % 8);
            Assert.InRange(length - header.TrimEnd(' ').Length, 0, 7);
            Assert.EndsWith("}", header.TrimEnd(' '), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_written_reads_back_bit_for_bit()
    {
        const string Name = "a \"quoted\" \\ name\n\u00e4\U0001F600";
        float[] values = [0f, -0f, float.Epsilon, float.MaxValue, float.NegativeInfinity, float.NaN, 1 / 3f];
        using var file = SafeTensorsFile.Read(Written(
            [new(Name, [7, 1], values), .. Tensors], new Dictionary<string, string> { ["\u00e4\""] = "<&'\u2028" }));
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), file.ReadSingles(Name).Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([1f, -2f], file.ReadSingles("b.weight"));
        Assert.Equal("<&'\u2028", file.Metadata["\u00e4\""]);
        Assert.Equal(5, file.Tensors.Count);
    }

    [Fact]
    public void The_order_in_which_tensors_are_given_does_not_show()
        => Assert.Equal(Written(Tensors), Written([.. Tensors.Reverse()]));

    [Fact]
    public void Writes_a_file_that_is_not_there_yet_and_replaces_one_that_is()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors");
        SafeTensorsWriter.Write(path, Tensors);
        SafeTensorsWriter.Write(path, Tensors[..1]);
        Assert.Equal(Written(Tensors[..1]), File.ReadAllBytes(path));
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_beside_it()
    {
        static IEnumerable<TensorToWrite> Failing()
        {
            yield return Tensors[0];
            throw new InvalidDataException("halfway");
        }

        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", [1, 2, 3]);
        Assert.Throws<InvalidDataException>(() => SafeTensorsWriter.Write(path, Failing()));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal(["gate.safetensors"], directory.Files);
    }

    [Fact]
    public void A_target_that_cannot_be_replaced_is_an_io_exception_and_leaves_nothing_behind()
    {
        // Here the new file is complete before it fails: a directory has the name.
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.File("gate.safetensors"));
        Assert.ThrowsAny<IOException>(() => SafeTensorsWriter.Write(directory.File("gate.safetensors"), Tensors));
        Assert.ThrowsAny<IOException>(() => SafeTensorsWriter.Write(Path.Combine(directory.File("none"), "gate.safetensors"), Tensors));
        Assert.Empty(directory.Files);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_symbolic_link_is_followed_and_stays_one(bool targetExists)
    {
        using var directory = new TemporaryDirectory();
        string link = directory.File("latest.safetensors");
        File.CreateSymbolicLink(link, "between");
        File.CreateSymbolicLink(directory.File("between"), "gate-7.safetensors");
        if (targetExists)
            directory.File("gate-7.safetensors", [1, 2, 3]);

        SafeTensorsWriter.Write(link, Tensors);
        Assert.Equal("between", new FileInfo(link).LinkTarget);
        Assert.Null(new FileInfo(directory.File("gate-7.safetensors")).LinkTarget);
        Assert.Equal(Written(Tensors), File.ReadAllBytes(directory.File("gate-7.safetensors")));
        Assert.Equal(["between", "gate-7.safetensors", "latest.safetensors"], directory.Files);
    }

    [Fact]
    public void A_file_that_is_being_read_can_be_replaced()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", Written([Tensors[0]]));
        using var old = SafeTensorsFile.Open(path);
        SafeTensorsWriter.Write(path, [Tensors[1]]);
        Assert.Equal([1f, -2f], old.ReadSingles("b.weight"));
        using var next = SafeTensorsFile.Open(path);
        Assert.Equal([0.5f], next.ReadSingles("a"));
    }

    private static byte[] Written(TensorToWrite[] tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafeTensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
