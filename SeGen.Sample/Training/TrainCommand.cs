using System.CommandLine;
using Spectre.Console;

namespace SeGen.Sample.Training;

/// <summary>The command "train", and the training that the sample shows without one.</summary>
internal static class TrainCommand
{
    private const int Cancelled = 130;

    public static Command Create(Func<Func<int>, int> guarded)
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "A folder of IDX files with MNIST's names, packed or not: train-images-idx3-ubyte, ... Without it digits are drawn." };
        var images = new Option<int>("--images") { Description = "How many digits are drawn, without --data.", DefaultValueFactory = _ => Recipe.DrawnImages };
        var epochs = new Option<int?>("--epochs") { Description = "How many epochs; 8 for 28 x 28, 20 for 8 x 8, 3 for drawn digits where not given." };
        var seed = new Option<int>("--seed") { Description = "What weights, order and drawn digits come from.", DefaultValueFactory = _ => 0 };
        var state = new Option<FileInfo?>("--state") { Description = "Where the state of the run is kept; a file in the temporary folder where not given." };
        var resume = new Option<bool>("--resume") { Description = "Goes on from the state, where it is there." };
        var weights = new Option<FileInfo?>("--weights") { Description = "Where the weights go in the end; beside the state where not given." };
        Option<GpuPolicy?> gpu = GpuOption.Create("Trains");
        epochs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
                result.AddError("--epochs must be at least 1.");
        });
        images.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--images must be at least 1.");
        });
        var command = new Command("train", "Trains a small SE network from end to end; Ctrl+C keeps the state, --resume goes on.") { data, images, epochs, seed, state, resume, weights, gpu };
        command.SetAction(arguments => guarded(() => Run(
            arguments.GetValue(data) is { } folder ? Recipe.Of(folder.FullName) : Recipe.Drawn(arguments.GetValue(seed), arguments.GetValue(images)),
            arguments.GetValue(epochs), arguments.GetValue(seed), arguments.GetValue(state)?.FullName, arguments.GetValue(resume), arguments.GetValue(weights)?.FullName, arguments.GetValue(gpu))));
        return command;
    }

    /// <summary>Trains until it is done or Ctrl+C is pressed; returns the exit code.</summary>
    public static int Run(Recipe recipe, int? epochs, int seed, string? state, bool resume, string? weights, GpuPolicy? gpu)
    {
        string file = state ?? Path.Combine(Path.GetTempPath(), $"segen-{Environment.UserName}.run.safetensors");
        if (!resume && File.Exists(file))
        {
            // A state that the user named is his; the one in the temporary folder is the sample's own.
            if (state is not null)
                throw new SampleException($"{file} is there already: pass --resume to go on from it, or move it away.");

            File.Delete(file);
        }

        try
        {
            new TrainingRun(recipe, seed, file, weights ?? WeightsBeside(file), gpu).Run(epochs ?? recipe.Epochs, resume);
            return 0;
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLineInterpolated($"\nStopped; the run is kept in {file}. The same command with --resume goes on where it was.");
            return Cancelled;
        }
    }

    /// <summary>"name.safetensors" for "name.run.safetensors".</summary>
    private static string WeightsBeside(string state)
    {
        string name = Path.GetFileNameWithoutExtension(state);
        name = name.EndsWith(".run", StringComparison.Ordinal) ? name[..^".run".Length] : $"{name}.weights";
        return Path.Combine(Path.GetDirectoryName(state)!, $"{name}.safetensors");
    }
}
