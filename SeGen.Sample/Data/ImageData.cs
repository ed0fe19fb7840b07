namespace SeGen.Sample.Data;

/// <summary>Labelled images as samples: one channel, from 0 to 1.</summary>
internal sealed class ImageData(LabelledImages images, int classes) : ITrainingData
{
    public int Count => images.Count;

    public int Height => images.Height;

    public int Width => images.Width;

    public int SampleLength => images.Height * images.Width;

    public int Classes => classes;

    /// <summary>Images of a folder with MNIST's file names, packed or not: the ones to train on, and the ones to test with.</summary>
    /// <exception cref="SampleException">A file is missing or broken, or they do not match.</exception>
    public static (ImageData Train, ImageData Test) Load(string folder, int classes)
    {
        LabelledImages train = Load(folder, "train", classes), test = Load(folder, "t10k", classes);
        if ((train.Height, train.Width) != (test.Height, test.Width))
            throw new SampleException($"{folder}: images to train on are {train.Height} x {train.Width}, those to test with {test.Height} x {test.Width}.");

        return (new ImageData(train, classes), new ImageData(test, classes));
    }

    public int Read(int index, int epoch, Span<float> sample)
    {
        images.CopyTo(index, sample);
        return images.Labels[index];
    }

    private static LabelledImages Load(string folder, string set, int classes)
        => LabelledImages.Load(Find(folder, $"{set}-images-idx3-ubyte"), Find(folder, $"{set}-labels-idx1-ubyte"), classes);

    private static string Find(string folder, string name)
    {
        string path = Path.Combine(folder, name), packed = path + ".gz";
        return File.Exists(path) ? path
            : File.Exists(packed) ? packed
            : throw new SampleException($"{folder} has neither {name} nor {name}.gz.");
    }
}
