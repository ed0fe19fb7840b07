namespace SeGen;

/// <summary>Samples with the class of each. Read by one thread at a time.</summary>
public interface ITrainingData
{
    /// <summary>How many samples there are.</summary>
    int Count { get; }

    /// <summary>Height of a sample in pixels.</summary>
    int Height { get; }

    /// <summary>Width of a sample in pixels.</summary>
    int Width { get; }

    /// <summary>Values of a sample: channels x height x width.</summary>
    int SampleLength { get; }

    /// <summary>How many classes there are.</summary>
    int Classes { get; }

    /// <summary>Writes a sample and returns its class.</summary>
    /// <param name="index">Which one, below <see cref="Count"/>.</param>
    /// <param name="epoch">The epoch that it is for, so that what is drawn at random is drawn anew, and the same in a resumed run.</param>
    /// <param name="sample">[channels, height, width].</param>
    int Read(int index, int epoch, Span<float> sample);
}
