using System.Text;

namespace SeGen.Tests.Checkpoints;

/// <summary>Files made to cost time or memory: what a refusal costs must not grow with what the file claims.</summary>
public class SafeTensorsHostileTests
{
    private const long Little = 1 << 16;

    [Theory]
    [InlineData(100_000, 4, 4)]
    [InlineData(100_000, 100_000, 100_000)]
    [InlineData(100_000, 4, 400_000)]
    [InlineData(1_500_000, 4, 4)]
    public void Many_tensors_over_the_same_bytes_are_refused_at_the_second(int tensors, int each, int dataLength)
    {
        // Where the file has room for all of them, their sum says nothing: the second is known by where it begins.
        byte[] bytes = SafeTensorsBytes.Of(Tensors(tensors, each), new byte[dataLength]);
        (SafeTensorsException e, long allocated) = Refused(() => SafeTensorsFile.Read(bytes));
        Assert.Equal(("0000001", "its data overlaps another tensor's"), (e.Tensor, e.Fault));
        Assert.InRange(allocated, 0, Little);
    }

    [Fact]
    public void Ten_million_tensors_are_refused_by_the_length_of_their_header()
    {
        // At 60 bytes each. The file is sparse: nothing but its length is ever looked at.
        using var directory = new TemporaryDirectory();
        string path = directory.File("hostile.safetensors", BitConverter.GetBytes(600_000_000UL));
        using (FileStream stream = File.OpenWrite(path))
            stream.SetLength(600_000_012);

        (SafeTensorsException e, long allocated) = Refused(() => SafeTensorsFile.Open(path));
        Assert.Equal("claims a header of 600,000,000 bytes; at most 100,000,000 are allowed", e.Fault);
        Assert.InRange(allocated, 0, Little);
    }

    [Fact]
    public void A_tensor_too_long_for_an_array_is_refused_when_it_is_read()
    {
        // Sound, and sparse again: only who asks for an array of it cannot be served.
        const long Length = 1L << 31;
        using var directory = new TemporaryDirectory();
        string header = $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{Length}],\"data_offsets\":[0,{Length}]}}}}";
        string path = directory.File("long.safetensors", SafeTensorsBytes.Of(header, 0));
        using (FileStream stream = File.OpenWrite(path))
            stream.SetLength(stream.Length + Length);

        using var file = SafeTensorsFile.Open(path);
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => file.ReadSingles("a"));
        Assert.Equal(("a", "has 2,147,483,648 values, more than an array can hold"), (e.Tensor, e.Fault));
    }

    [Fact]
    public void Empty_tensors_without_number_are_refused_at_a_limit()
    {
        // Each is legal by itself and none overlaps another, so only their number can be refused.
        byte[] bytes = SafeTensorsBytes.Of(Tensors(200_000, 0), []);
        (SafeTensorsException e, long allocated) = Refused(() => SafeTensorsFile.Read(bytes));
        Assert.Equal("there are more than 131,072 tensors", e.Fault);
        Assert.InRange(allocated, 0, 128 << 20);
    }

    [Fact]
    public void Metadata_without_end_is_refused_at_a_limit()
    {
        string header = $"{{\"__metadata__\":{{{string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"{i}\":\"\""))}}}}}";
        byte[] bytes = SafeTensorsBytes.Of(header, 0);
        (SafeTensorsException e, long allocated) = Refused(() => SafeTensorsFile.Read(bytes));
        Assert.Equal("there are more than 65,536 strings in __metadata__", e.Fault);
        Assert.InRange(allocated, 0, 16 << 20);
    }

    [Theory]
    [InlineData("{\"a\":tru@}")]
    [InlineData("{\"a\":{\"dtype\":\"@\"}}")]
    [InlineData("{\"a\":{\"@\":1}}")]
    [InlineData("{\"@\":1}")]
    [InlineData("{\"__metadata__\":{\"@\":1}}")]
    public void A_long_text_in_the_header_does_not_come_back_in_the_message(string header)
    {
        byte[] bytes = SafeTensorsBytes.Of(header.Replace("@", new string('x', 1_000_000), StringComparison.Ordinal), 0);
        (SafeTensorsException e, _) = Refused(() => SafeTensorsFile.Read(bytes));
        Assert.InRange(e.Message.Length, 1, 2_500);
    }

    [Fact]
    public void Nesting_without_end_is_refused_at_once()
    {
        byte[] bytes = SafeTensorsBytes.Of("{\"a\":{\"shape\":" + new string('[', 1_000_000), 0);
        (SafeTensorsException e, long allocated) = Refused(() => SafeTensorsFile.Read(bytes));
        Assert.Equal(("a", "shape must hold whole numbers from 0 to 2^63 - 1"), (e.Tensor, e.Fault));
        Assert.InRange(allocated, 0, Little);
    }

    /// <summary>A header of U8 tensors "0000000", "0000001"... that all lie at [0, n].</summary>
    private static byte[] Tensors(int count, int each)
    {
        // Numbered in place: a string of a hundred megabytes would cost more than all that is measured here.
        byte[] one = Encoding.UTF8.GetBytes($",\"0000000\":{{\"dtype\":\"U8\",\"shape\":[{each}],\"data_offsets\":[0,{each}]}}");
        byte[] all = new byte[one.Length * count + 1];
        for (int i = 0; i < count; i++)
        {
            Span<byte> at = all.AsSpan(i * one.Length, one.Length);
            one.CopyTo(at);
            i.TryFormat(at[2..9], out _, "D7");
        }

        (all[0], all[^1]) = ((byte)'{', (byte)'}');
        return all;
    }

    private static (SafeTensorsException Fault, long Allocated) Refused(Func<SafeTensorsFile> read)
    {
        // The first refusal of a process pays for code and tables.
        Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Read(SafeTensorsBytes.Of("{\"a\":1}", 0)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(read);
        return (e, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
