using static SeGen.Tests.Checkpoints.SafeTensorsReaderTests;

namespace SeGen.Tests.Checkpoints;

/// <summary>Faults of one tensor; the message names it. Beside them what looks like a fault and is legal.</summary>
public class SafeTensorsTensorFaultTests
{
    [Theory]
    [InlineData("1", "must be an object with dtype, shape and data_offsets")]
    [InlineData("[]", "must be an object with dtype, shape and data_offsets")]
    [InlineData("{}", "has no dtype")]
    [InlineData("{\"dtype\":\"U8\"}", "has no shape")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4]}", "has no data_offsets")]
    [InlineData("{\"dtype\":8}", "dtype must be a string")]
    [InlineData("{\"dtype\":\"\\ud800\"}", "the header has a string that is no text (a lone surrogate)")]
    [InlineData("{\"\\ud800\":1}", "the header has a string that is no text (a lone surrogate)")]
    [InlineData("{\"shape\":4}", "shape must be an array of numbers")]
    [InlineData("{\"data_offsets\":{}}", "data_offsets must be an array of numbers")]
    [InlineData("{\"data_offsets\":[0]}", "data_offsets must be two numbers")]
    [InlineData("{\"data_offsets\":[0,4,4]}", "data_offsets must be two numbers")]
    [InlineData("{\"dtype\":\"U8\",\"dtype\":\"U8\"}", "has \"dtype\" twice")]
    [InlineData("{\"shape\":[],\"shap\\u0065\":[]}", "has \"shape\" twice")]
    [InlineData("{\"data_offsets\":[0,4],\"data_offsets\":[0,4]}", "has \"data_offsets\" twice")]
    [InlineData("{\"dType\":\"U8\"}", "has the unknown property \"dType\"")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}", "data_offsets end before they begin (4, 0)")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,4]}", "has 4 bytes of data where U8 [3] needs 3")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,3]}", "has 3 bytes of data where F32 [] needs 4")]
    [InlineData("{\"dtype\":\"F32\",\"shape\":[2,0],\"data_offsets\":[0,4]}", "has 4 bytes of data where F32 [2, 0] needs 0")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]}", "its data ends at 5, past the 4 bytes that the file has")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[9,9]}", "its data ends at 9, past the 4 bytes that the file has")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[9223372036854775807],\"data_offsets\":[0,9223372036854775807]}",
        "its data ends at 9,223,372,036,854,775,807, past the 4 bytes that the file has")]
    [InlineData("{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}", "there is a hole of 1 bytes before its data")]
    public void Refuses_a_tensor(string tensor, string fault) => Refuses(SafeTensorsBytes.Of($"{{\"a\":{tensor}}}", 4), "a", fault);

    [Theory]
    [InlineData("4294967296, 4294967296")]
    [InlineData("9223372036854775807")]
    [InlineData("4611686018427387904, 2")]
    [InlineData("4611686018427387904, 2, 0")]
    public void Refuses_a_shape_whose_product_overflows_even_if_a_zero_follows(string shape)
        => Refuses(
            SafeTensorsBytes.Of($"{{\"a\":{{\"dtype\":\"F32\",\"shape\":[{shape}],\"data_offsets\":[0,0]}}}}", 0),
            "a", $"the shape [{shape}] has more bytes than can be counted");

    [Fact]
    public void Refuses_more_dimensions_than_any_tensor_has()
        => Refuses(
            SafeTensorsBytes.Of($"{{\"a\":{{\"shape\":[{string.Join(',', Enumerable.Repeat(1, 65))}]}}}}", 0), "a", "shape has more than 64 numbers");

    [Theory]
    [InlineData("f32")]
    [InlineData("")]
    [InlineData("F")]
    [InlineData("F32 ")]
    [InlineData("8F")]
    [InlineData("A_TYPE_WITH_A_NAME_THAT_NOBODY_WOULD_GIVE")]
    public void Refuses_what_is_no_name_of_a_type(string type)
        => Refuses(SafeTensorsBytes.Of(new RawTensor("a", type, [1], [0])), "a", $"has the dtype {type}, which is no name of a type");

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "\\u0061")]
    [InlineData("\\u00e4", "ä")]
    public void Refuses_a_name_that_stands_twice_however_it_is_written(string first, string second)
    {
        byte[] bytes = SafeTensorsBytes.Of(new RawTensor(first, "U8", [1], [0]), new RawTensor(second, "U8", [1], [0]));
        Refuses(bytes, first == "a" ? "a" : "ä", "stands twice in the header");
    }

    [Theory]
    [InlineData(0, 4, 0, 4, "its data overlaps another tensor's")]
    [InlineData(0, 4, 2, 6, "its data overlaps another tensor's")]
    [InlineData(0, 4, 6, 8, "there is a hole of 2 bytes before its data")]
    [InlineData(0, 8, 4, 4, "its data overlaps another tensor's")]
    public void Refuses_overlaps_and_holes_between_tensors(int begin, int end, int nextBegin, int nextEnd, string fault)
        => Refuses(
            SafeTensorsBytes.Of(
                $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{end - begin}],\"data_offsets\":[{begin},{end}]}},"
                + $"\"b\":{{\"dtype\":\"U8\",\"shape\":[{nextEnd - nextBegin}],\"data_offsets\":[{nextBegin},{nextEnd}]}}}}", 8),
            "b", fault);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")]
    public void Refuses_bytes_after_the_last_tensor(string header)
        => Refuses(SafeTensorsBytes.Of(header, 1_000), null, "there are 1,000 bytes after the last tensor");

    [Fact]
    public void Zero_sized_tensors_scalars_and_any_order_are_legal()
    {
        // Real files have all of these: an empty tensor between two others, a scalar, and names in another order than their data.
        const string Header = """
            {"last":{"dtype":"F32","shape":[],"data_offsets":[2,6]},"middle":{"shape":[3,0],"data_offsets":[2,2],"dtype":"F64"},
             "":{"data_offsets":[0,2],"dtype":"U8","shape":[1,2,1]},"also in the middle":{"dtype":"I8","shape":[0],"data_offsets":[2,2]}}
            """;
        using var file = SafeTensorsFile.Read(SafeTensorsBytes.Of(System.Text.Encoding.UTF8.GetBytes(Header), [7, 8, 0, 0, 0x80, 0x3F]));
        Assert.Equal(4, file.Tensors.Count);
        Assert.Equal([1f], file.ReadSingles("last"));
        Assert.Empty(file.ReadSingles("middle"));
        Assert.Equal([7f, 8f], file.ReadSingles(""));
        Assert.True(file.TryGet("last", out TensorInfo? scalar));
        Assert.Equal((0, 1L), (scalar.Shape.Length, scalar.Length));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" \r\n\t{ } \n  ")]
    [InlineData("{\"__metadata__\":{}}")]
    public void An_empty_header_and_white_space_around_it_are_legal(string header)
    {
        using var file = SafeTensorsFile.Read(SafeTensorsBytes.Of(header, 0));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }
}
