namespace SeGen.Tests.Training;

/// <summary>Its sixteen outputs serve as logits.</summary>
[SEBlock(8, Hidden = 12, Height = 2, Width = 1, MaxBatch = 16)]
internal sealed partial class TrainedGate;

/// <summary>Eight channels of two pixels, of which the class's own are a little larger, given as [8, 2, 1] with a logit for each value.</summary>
internal sealed class GateData(int count) : ITrainingData
{
    public const int Logits = 16;

    public bool Keeps { get; init; } = true;

    /// <summary>How many samples at the start have no class.</summary>
    public int Ignored { get; init; }

    public List<(int Index, int Epoch)> Read { get; } = [];

    public int Count => count;

    public int Height => 2;

    public int Width => 1;

    public int SampleLength => Logits;

    public int Classes => Logits;

    int ITrainingData.Read(int index, int epoch, Span<float> sample)
    {
        int label = index % Logits;
        for (int i = 0; i < sample.Length; i++)
            sample[i] = MathF.Sin(index * 31 + i * 7) + (i == label ? 0.8f : 0);

        if (Keeps)
            Read.Add((index, epoch));

        return index < Ignored ? -1 : label;
    }
}
