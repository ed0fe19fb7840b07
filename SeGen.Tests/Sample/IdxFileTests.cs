using System.IO.Compression;
using SeGen.Sample;
using SeGen.Sample.Data;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Sample;

/// <summary>The reader of MNIST's format.</summary>
public sealed class IdxFileTests : IDisposable
{
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 51, 102, 153, 204, 255, 0];

    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Images_and_labels_are_read_packed_or_not(bool packed)
    {
        LabelledImages data = LabelledImages.Load(Write("images", Images, packed), Write("labels", Labels, packed), 10);
        Assert.Equal((2, 2, 3), (data.Count, data.Height, data.Width));
        Assert.Equal([7, 9], data.Labels);
        float[] pixels = new float[6];
        data.CopyTo(1, pixels);
        Assert.Equal([0.2f, 0.4f, 0.6f, 0.8f, 1, 0], pixels.Select(p => MathF.Round(p, 5)));
    }

    [DataTheory]
    [InlineData("mnist10k", "train", 8000, 28)]
    [InlineData("mnist10k", "t10k", 2000, 28)]
    [InlineData("optdigits", "train", 3823, 8)]
    [InlineData("optdigits", "t10k", 1797, 8)]
    public void Every_image_of_the_data_has_a_label(string name, string part, int count, int side)
    {
        string folder = Path.Combine(SharedData.Folder!, name);
        LabelledImages data = LabelledImages.Load(
            Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), 10);
        Assert.Equal((count, side, side), (data.Count, data.Height, data.Width));
        Assert.Equal(10, data.Labels.Distinct().Count());
    }

    [Fact]
    public void A_broken_file_is_named_with_its_fault()
    {
        AssertRefused("3 bytes are too few", [0, 0, 8], Labels);
        AssertRefused("begins with 0x00000801; an IDX file of bytes with 3 dimensions begins with 0x00000803", Labels, Labels);
        AssertRefused("begins with 0x00000d03", [0, 0, 13, .. Images.AsSpan(3)], Labels);
        AssertRefused("ends within its header, after 11 of 16 bytes", Images[..11], Labels);
        AssertRefused("dimension 1 is 0", [.. Images.AsSpan(0, 8), 0, 0, 0, 0, .. Images.AsSpan(12)], Labels);
        AssertRefused("dimension 0 is -1", [.. Images.AsSpan(0, 4), 255, 255, 255, 255, .. Images.AsSpan(8)], Labels);
        AssertRefused("[2, 2, 3] needs 12 bytes after the header; the file has 11", Images[..^1], Labels);
        AssertRefused("[2, 2, 3] needs 12 bytes after the header; the file has 13", [.. Images, 1], Labels);
        AssertRefused("needs more than 2^32 bytes", [0, 0, 8, 3, 127, 255, 255, 255, 127, 255, 255, 255, 127, 255, 255, 255], Labels);
        AssertRefused("has 2 images, but", Images, [0, 0, 8, 1, 0, 0, 0, 1, 7]);
        AssertRefused("label 1 is 10; there are classes 0 to 9", Images, [0, 0, 8, 1, 0, 0, 0, 2, 7, 10]);
        AssertRefused("cannot be unpacked", [0x1f, 0x8b, .. Images], Labels);
    }

    private void AssertRefused(string message, byte[] images, byte[] labels)
    {
        var e = Assert.Throws<SampleException>(() => LabelledImages.Load(_folder.File("images", images), _folder.File("labels", labels), 10));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, e.Message, StringComparison.Ordinal);
    }

    private string Write(string name, byte[] content, bool packed)
    {
        if (!packed)
            return _folder.File(name, content);

        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);

        return _folder.File(name, memory.ToArray());
    }
}
