namespace SeGen.Sample.Data;

/// <summary>Gray images and the class of each.</summary>
internal sealed class LabelledImages
{
    private readonly byte[] _pixels;

    private LabelledImages(byte[] pixels, int[] labels, int height, int width)
        => (_pixels, Labels, Height, Width) = (pixels, labels, height, width);

    public int[] Labels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Count => Labels.Length;

    /// <summary>Two IDX files that belong together.</summary>
    /// <param name="images">[N, height, width].</param>
    /// <param name="labels">[N], each below the number of classes.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="SampleException">A file is broken, or they do not match.</exception>
    public static LabelledImages Load(string images, string labels, int classes)
    {
        IdxFile pixels = IdxFile.Load(images, 3), of = IdxFile.Load(labels, 1);
        if (pixels.Shape[0] != of.Shape[0])
            throw new SampleException($"{images} has {pixels.Shape[0]:N0} images, but {labels} has {of.Shape[0]:N0} labels.");

        int wrong = Array.FindIndex(of.Values, label => label >= classes);
        return wrong < 0
            ? new LabelledImages(pixels.Values, [.. of.Values.Select(l => (int)l)], pixels.Shape[1], pixels.Shape[2])
            : throw new SampleException($"{labels}: label {wrong} is {of.Values[wrong]}; there are classes 0 to {classes - 1}.");
    }

    /// <summary>One image as [1, height, width] from 0 to 1.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="to">Where it goes, height x width values.</param>
    public void CopyTo(int index, Span<float> to)
    {
        ReadOnlySpan<byte> pixels = _pixels.AsSpan(index * Height * Width, Height * Width);
        for (int i = 0; i < pixels.Length; i++)
            to[i] = pixels[i] / 255f;
    }
}
