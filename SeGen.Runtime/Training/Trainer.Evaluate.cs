using System.Numerics.Tensors;

namespace SeGen;

/// <content>What a module makes of samples that it does not learn from.</content>
public sealed partial class Trainer
{
    /// <summary>Runs samples through a module as it is, with running statistics.</summary>
    /// <param name="module">The module.</param>
    /// <param name="data">The samples.</param>
    /// <param name="batchSize">How many at a time.</param>
    /// <param name="loss">The loss, which also says which samples do not count; plain cross entropy where null.</param>
    /// <exception cref="ArgumentException">There are no samples, or they do not fit the module.</exception>
    public static Evaluation Evaluate(IModule module, ITrainingData data, int batchSize = 64, CrossEntropyLoss? loss = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        return Evaluate(module.Forward, data, batchSize, loss);
    }

    /// <summary>Runs samples through a module on a GPU, likewise.</summary>
    /// <inheritdoc cref="Evaluate(IModule, ITrainingData, int, CrossEntropyLoss?)"/>
    public static Evaluation Evaluate(GpuModule module, ITrainingData data, int batchSize = 64, CrossEntropyLoss? loss = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        return Evaluate(module.Forward, data, batchSize, loss);
    }

    private static Evaluation Evaluate(ForwardCall forward, ITrainingData data, int batchSize, CrossEntropyLoss? loss)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (data.Count < 1)
            throw new ArgumentException("There are no samples.", nameof(data));

        loss ??= new CrossEntropyLoss();
        batchSize = Math.Min(batchSize, data.Count);
        float[] input = new float[checked(batchSize * data.SampleLength)], logits = new float[checked(batchSize * data.Classes)];
        int[] targets = new int[batchSize];
        int[,] confusion = new int[data.Classes, data.Classes];
        double sum = 0;
        int right = 0, counted = 0;
        for (int first = 0; first < data.Count; first += batchSize)
        {
            int count = Math.Min(batchSize, data.Count - first), countedBefore = counted;
            for (int n = 0; n < count; n++)
                targets[n] = Read(data, first + n, 0, input.AsSpan(n * data.SampleLength, data.SampleLength), loss);

            Span<float> output = logits.AsSpan(0, count * data.Classes);
            forward(input.AsSpan(0, count * data.SampleLength), output, data.Height, data.Width);
            for (int n = 0; n < count; n++)
            {
                if (!loss.Counts(targets[n]))
                    continue;

                int guess = TensorPrimitives.IndexOfMax(output.Slice(n * data.Classes, data.Classes));
                confusion[targets[n], guess]++;
                right += guess == targets[n] ? 1 : 0;
                counted++;
            }

            if (counted > countedBefore)
                sum += (double)loss.Forward(output, targets.AsSpan(0, count), []) * (counted - countedBefore);
        }

        return new Evaluation(sum / counted, (double)right / counted, confusion);
    }

    private delegate void ForwardCall(ReadOnlySpan<float> input, Span<float> output, int height, int width);
}
