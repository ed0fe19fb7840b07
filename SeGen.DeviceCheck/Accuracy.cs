using System.Diagnostics;
using SeGen.Sample.Training;

namespace SeGen.DeviceCheck;

/// <summary>What a training on the device came to.</summary>
/// <param name="Data">The folder of images.</param>
/// <param name="Network">What was trained.</param>
/// <param name="Epochs">Epochs.</param>
/// <param name="Products">In what products of convolutions were: TF32, where the device has it, or fp32.</param>
/// <param name="Seed">What weights and order were drawn from.</param>
/// <param name="Accuracy">The part of the images to test with that the device classifies right.</param>
/// <param name="Loss">The mean loss over them.</param>
/// <param name="OnCpu">The same weights' accuracy on the CPU.</param>
/// <param name="Seconds">Of the training.</param>
internal sealed record AccuracyResult(string Data, string Network, int Epochs, string Products, int Seed, double Accuracy, double Loss, double OnCpu, double Seconds)
{
    /// <summary>Any of the sample's trainings comes to more than nine in ten, and the same weights to the same but for a few images.</summary>
    public bool IsRight => Accuracy >= 0.9 && Math.Abs(Accuracy - OnCpu) <= 0.005;
}

/// <summary>Trains the sample's network for digits from end to end on the device, by the sample's recipe.</summary>
internal static class Accuracy
{
    /// <param name="recipe">What is trained on what.</param>
    /// <param name="seed">What weights and order are drawn from.</param>
    public static AccuracyResult Run(Recipe recipe, int seed)
    {
        IGatedModule network = recipe.Create(seed);
        using GpuModule gpu = recipe.OnGpu(network, GpuPolicy.Require);
        var clock = Stopwatch.StartNew();
        recipe.Trainer(network, recipe.Epochs, seed, stateFile: null, progress: null, gpu).Train(recipe.Train, recipe.Epochs);
        double seconds = clock.Elapsed.TotalSeconds;
        Evaluation test = Trainer.Evaluate(gpu, recipe.Test, Recipe.BatchSize);
        return new AccuracyResult(recipe.Title, network.GetType().Name, recipe.Epochs, TimedCase.Usual, seed, test.Accuracy, test.Loss, Trainer.Evaluate(network, recipe.Test, Recipe.BatchSize).Accuracy, seconds);
    }
}
