using SeGen.Sample.Data;
using SeGen.Sample.Models;

namespace SeGen.Sample.Training;

/// <summary>What is trained on what, and for how long.</summary>
/// <param name="Title">What the data is.</param>
/// <param name="Train">Samples to train on.</param>
/// <param name="Test">Samples to test with.</param>
/// <param name="Create">A network with new weights, from a seed.</param>
/// <param name="OnGpu">That network on a GPU.</param>
/// <param name="Epochs">Epochs.</param>
internal sealed record Recipe(string Title, ITrainingData Train, ITrainingData Test, Func<int, IGatedModule> Create, Func<IGatedModule, GpuPolicy, GpuModule> OnGpu, int Epochs)
{
    public const int BatchSize = 64;

    public const int DrawnImages = 6000;

    private const int Classes = 10, TestPart = 6;

    /// <summary>Digits that the sample draws itself: so many to train on, and a sixth as many others to test with.</summary>
    public static Recipe Drawn(int seed, int images = DrawnImages) => new(
        "digits drawn on the fly", new DrawnDigits(images, seed), new DrawnDigits((images + TestPart - 1) / TestPart, ~seed), s => new DigitNet28(s), OnGpu28, Epochs: 3);

    /// <summary>IDX files in a folder, with the network that is declared for their size.</summary>
    /// <exception cref="SampleException">They cannot be read, or there is no network for their size.</exception>
    public static Recipe Of(string folder)
    {
        (ImageData train, ImageData test) = ImageData.Load(folder, Classes);
        return (train.Height, train.Width) switch
        {
            (28, 28) => new Recipe(folder, train, test, s => new DigitNet28(s), OnGpu28, Epochs: 8),
            (8, 8) => new Recipe(folder, train, test, s => new DigitNet8(s), (network, policy) => ((DigitNet8)network).CreateCuda(policy), Epochs: 20),
            _ => throw new SampleException(
                $"{folder} has images of {train.Height} x {train.Width}; the sample declares networks for 28 x 28 and 8 x 8. Declare another one in Models/DigitNets.cs, and add it here."),
        };
    }

    /// <summary>SGD with Nesterov's momentum, along half a cosine (Loshchilov and Hutter 2017).</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    /// <param name="seed">What the order is drawn from.</param>
    /// <param name="stateFile">Where the state is kept, or null.</param>
    /// <param name="progress">Called after every step.</param>
    /// <param name="gpu">The network on a GPU, where it is trained there.</param>
    public Trainer Trainer(IModule network, int epochs, int seed, string? stateFile, Action<TrainingProgress>? progress, GpuModule? gpu = null)
    {
        int steps = (Train.Count + BatchSize - 1) / BatchSize * epochs;
        var optimizer = new SgdOptimizer(network.Parameters, 0.05f, momentum: 0.9f, weightDecay: 5e-4f, nesterov: true);
        LearningRateSchedule schedule = LearningRateSchedule.Cosine(0.05f, steps);
        return gpu is null
            ? new Trainer(network, optimizer) { BatchSize = BatchSize, Seed = seed, Schedule = schedule, StateFile = stateFile, SaveEvery = 100, Progress = progress }
            : new Trainer(gpu, optimizer) { BatchSize = BatchSize, Seed = seed, Schedule = schedule, StateFile = stateFile, SaveEvery = 100, Progress = progress };
    }

    private static GpuModule OnGpu28(IGatedModule network, GpuPolicy policy) => ((DigitNet28)network).CreateCuda(policy);
}
