using System.Diagnostics;
using System.Runtime.InteropServices;
using SeGen.Sample.Data;
using Spectre.Console;

namespace SeGen.Sample.Training;

/// <summary>
/// A training from end to end: trains, saves the weights, loads them into a fresh network, tests that, and shows what it mistakes and what
/// its gates do.
/// </summary>
/// <param name="recipe">What is trained.</param>
/// <param name="seed">What weights and order are drawn from.</param>
/// <param name="state">Where the state of the run is kept.</param>
/// <param name="weights">Where the weights go in the end.</param>
/// <param name="gpu">Whether it is trained and tested on a GPU; null: no.</param>
internal sealed class TrainingRun(Recipe recipe, int seed, string state, string weights, GpuPolicy? gpu)
{
    /// <summary>Trains and reports.</summary>
    /// <param name="epochs">How many epochs.</param>
    /// <param name="resume">Whether to go on from the state file, where it is there.</param>
    /// <returns>What the test came to.</returns>
    /// <exception cref="OperationCanceledException">Ctrl+C was pressed in training; the state is saved.</exception>
    public Evaluation Run(int epochs, bool resume)
    {
        IGatedModule network = recipe.Create(seed);
        AnsiConsole.MarkupLineInterpolated($"[bold]{network.GetType().Name}[/], {network.Parameters.Sum(p => p.IsTrainable ? p.Values.Length : 0):N0} parameters, on {recipe.Title}: {recipe.Train.Count:N0} images of {recipe.Train.Height} x {recipe.Train.Width} to train on, {recipe.Test.Count:N0} to test with; {SeGenThreads.Degree} threads");
        using GpuModule? onGpu = OnGpu(network);
        if (onGpu is not null)
            AnsiConsole.MarkupLineInterpolated($"{onGpu.Placement}");

        var clock = Stopwatch.StartNew();
        var times = new List<(string Step, TimeSpan Time)>();
        Train(network, onGpu, epochs, resume);
        Lap("train");

        network.SaveWeights(weights);
        Lap("save the weights");
        IGatedModule fresh = recipe.Create(seed + 1);
        fresh.LoadWeights(weights);
        Lap("load them into a fresh network");

        using GpuModule? freshOnGpu = OnGpu(fresh);
        Evaluation test = freshOnGpu is null ? Trainer.Evaluate(fresh, recipe.Test, Recipe.BatchSize) : Trainer.Evaluate(freshOnGpu, recipe.Test, Recipe.BatchSize);
        Lap($"test with {recipe.Test.Count:N0} images");
        AnsiConsole.MarkupLineInterpolated($"\n[bold]test[/]  loss {test.Loss:f4}  accuracy [green]{test.Accuracy:P2}[/]\n");
        ConfusionTable.Write(test.Confusion);
        ExcitationPlot.Write(fresh, recipe.Test);
        Lap("plot the gates");

        var table = new Table().AddColumns("step", "seconds");
        table.Columns[1].RightAligned();
        foreach ((string step, TimeSpan time) in times)
            table.AddRow(step, $"{time.TotalSeconds:f2}");

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"weights: {weights}\nstate of the run: {state}");
        return test;

        void Lap(string step)
        {
            times.Add((step, clock.Elapsed));
            clock.Restart();
        }
    }

    private GpuModule? OnGpu(IGatedModule network) => gpu is { } policy ? recipe.OnGpu(network, policy) : null;

    private void Train(IModule network, GpuModule? onGpu, int epochs, bool resume)
    {
        using var cancellation = new CancellationTokenSource();
        void cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            cancellation.Cancel();
        }

        // While it trains; afterwards the signals end the program as they do any other.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, cancel), terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, cancel);
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 14 })
            .Start(context =>
            {
                ProgressTask? bar = null;
                var clock = new Stopwatch();
                int first = 0;
                Trainer trainer = recipe.Trainer(network, epochs, seed, state, progress =>
                {
                    if (bar is null || bar.IsFinished)
                    {
                        bar = context.AddTask("epoch", maxValue: progress.StepsPerEpoch);
                        first = progress.Samples - Math.Min(progress.Samples, Recipe.BatchSize);
                        clock.Restart();
                    }

                    double rate = (progress.Samples - first) / Math.Max(clock.Elapsed.TotalSeconds, 1e-3);
                    bar.Description = $"epoch {progress.Epoch + 1,2}/{epochs}  loss {progress.Loss:f4}  accuracy {progress.Accuracy,7:P2}  {(progress.Step == 1 ? "" : $"{rate:N0}"),6} images/s";
                    bar.Value = progress.Step;
                }, onGpu);
                if (resume && !trainer.TryResume())
                    AnsiConsole.MarkupLineInterpolated($"[grey]{state} is not there: the run begins anew.[/]");

                trainer.Train(recipe.Train, epochs, cancellation.Token);
                if (bar is null)
                    AnsiConsole.MarkupLineInterpolated($"The run in {state} already has {epochs} epochs or more: nothing was trained.");
            });
    }
}
