using System.Buffers.Binary;

namespace SeGen.Tests.Checkpoints;

/// <summary>Faults of the file as a whole; every one has its own message, which names the file.</summary>
public class SafeTensorsReaderTests
{
    private const string NoNumber = "must hold whole numbers from 0 to 2^63 - 1";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Refuses_a_file_too_short_for_the_length_of_its_header(int length)
        => Refuses(new byte[length], null, $"has {length} bytes; a safetensors file begins with the 8 of its header's length");

    [Fact]
    public void Refuses_a_header_longer_than_the_file()
    {
        byte[] bytes = SafeTensorsBytes.Of("{}", 3);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 6);
        Refuses(bytes, null, "claims a header of 6 bytes; only 5 follow");
    }

    [Theory]
    [InlineData(100_000_001UL, "100,000,001")]
    [InlineData(1UL << 63, "9,223,372,036,854,775,808")]
    [InlineData(ulong.MaxValue, "18,446,744,073,709,551,615")]
    public void Refuses_a_header_longer_than_the_format_allows(ulong length, string said)
    {
        byte[] bytes = SafeTensorsBytes.Of("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Refuses(bytes, null, $"claims a header of {said} bytes; at most 100,000,000 are allowed");
    }

    [Fact]
    public void A_header_of_the_greatest_length_is_judged_by_the_file_and_not_by_the_limit()
    {
        byte[] bytes = SafeTensorsBytes.Of("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 100_000_000);
        Refuses(bytes, null, "claims a header of 100,000,000 bytes; only 2 follow");
    }

    [Fact]
    public void Refuses_a_header_that_is_not_utf8()
        => Refuses(SafeTensorsBytes.Of([(byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"', (byte)'}'], []), null, "the header is not UTF-8");

    [Theory]
    [InlineData("", 1)]
    [InlineData("   ", 4)]
    [InlineData("{", 2)]
    [InlineData("{]", 2)]
    [InlineData("{}{}", 3)]
    [InlineData("{}\0", 3)]
    [InlineData("{}x", 3)]
    [InlineData("{} // said", 4)]
    [InlineData("/* said */{}", 1)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[01],\"data_offsets\":[0,1]}}", 30)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],}}", 53)]
    [InlineData("{\"a\":{\"dtype\":\"\\x\"}}", 17)]
    public void Refuses_a_header_that_is_not_json(string header, int at)
        => Refuses(SafeTensorsBytes.Of(header, 1), null, $"the header is not JSON (line 1, byte {at})");

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]")]
    public void Refuses_a_header_that_is_no_object(string header)
        => Refuses(SafeTensorsBytes.Of(header, 0), null, "the header must be an object");

    [Theory]
    [InlineData("{\"__metadata__\":1}", "__metadata__ must be an object")]
    [InlineData("{\"__metadata__\":null}", "__metadata__ must be an object")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", "__metadata__ must map strings to strings; \"a\" is none")]
    [InlineData("{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", "__metadata__ must map strings to strings; \"a\" is none")]
    [InlineData("{\"__metadata__\":{\"a\":\"b\",\"\\u0061\":\"c\"}}", "\"a\" stands twice in __metadata__")]
    [InlineData("{\"__metadata__\":{},\"\\u005f_metadata__\":{}}", "__metadata__ stands twice in the header")]
    [InlineData("{\"__metadata__\":{\"\\ud800\":\"\"}}", "the header has a string that is no text (a lone surrogate)")]
    [InlineData("{\"__metadata__\":{\"a\":\"\\udc00\"}}", "the header has a string that is no text (a lone surrogate)")]
    [InlineData("{\"\\ud800\":{}}", "the header has a string that is no text (a lone surrogate)")]
    public void Refuses_faulty_metadata_and_names(string header, string fault)
        => Refuses(SafeTensorsBytes.Of(header, 0), null, fault);

    [Theory]
    [InlineData("1e3", NoNumber)]
    [InlineData("1E0", NoNumber)]
    [InlineData("1.0", NoNumber)]
    [InlineData("-0", NoNumber)]
    [InlineData("-1", NoNumber)]
    [InlineData("9223372036854775808", NoNumber)]
    [InlineData("99999999999999999999999999999999", NoNumber)]
    [InlineData("\"1\"", NoNumber)]
    [InlineData("null", NoNumber)]
    [InlineData("[1]", NoNumber)]
    public void Refuses_a_number_that_is_no_whole_one(string number, string fault)
    {
        Refuses(SafeTensorsBytes.Of($"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{number}],\"data_offsets\":[0,1]}}}}", 1), "a", $"shape {fault}");
        Refuses(SafeTensorsBytes.Of($"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,{number}]}}}}", 1), "a", $"data_offsets {fault}");
    }

    /// <summary>Asserts the whole of the one exception there may be.</summary>
    internal static void Refuses(byte[] bytes, string? tensor, string fault)
    {
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Read(bytes));
        Assert.Equal(fault, e.Fault);
        Assert.Equal(tensor, e.Tensor);
        Assert.Equal("the memory", e.File);
        Assert.Equal(tensor is null ? $"the memory: {fault}." : $"the memory: tensor \"{tensor}\": {fault}.", e.Message);
    }
}
