using System.Diagnostics;
using System.Globalization;
using SeGen.Sample.Training;
using Spectre.Console;

namespace SeGen.Benchmarks.Peers;

/// <summary>The sample's whole training run on real images against the same run in PyTorch, in turns: seconds of all epochs, and the accuracy.</summary>
internal static class DigitsBenchmark
{
    public static void Run(string data, int rounds)
    {
        var table = new Table().AddColumns("threads", "seed", "SeGen s", "PyTorch s", "ratio", "SeGen accuracy", "PyTorch accuracy");
        foreach (int threads in new[] { 1, 2 })
        {
            var ratios = new List<double>();
            for (int seed = 1; seed <= rounds; seed++)
            {
                (double own, double ownAccuracy) = Train(data, threads, seed);
                (double torch, double torchAccuracy) = TrainInPyTorch(data, threads, seed);
                ratios.Add(torch / own);
                AnsiConsole.MarkupLineInterpolated($"[grey]{threads} threads, seed {seed}: SeGen {Text(own)} s, PyTorch {Text(torch)} s[/]");
                table.AddRow([.. new[] { $"{threads}", $"{seed}", Text(own), Text(torch), Text(torch / own), ownAccuracy.ToString("p2", CultureInfo.InvariantCulture), torchAccuracy.ToString("p2", CultureInfo.InvariantCulture) }]);
            }

            table.AddRow($"{threads}", "median", "", "", Text(Statistics.Median(ratios)), "", "");
        }

        AnsiConsole.Write(table);
    }

    private static (double Seconds, double Accuracy) Train(string data, int threads, int seed)
    {
        Recipe recipe = Recipe.Of(data);
        IGatedModule network = recipe.Create(seed);
        network.Threads = threads;
        Trainer trainer = recipe.Trainer(network, recipe.Epochs, seed, stateFile: null, progress: null);
        long start = Stopwatch.GetTimestamp();
        trainer.Train(recipe.Train, recipe.Epochs);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (seconds, Trainer.Evaluate(network, recipe.Test).Accuracy);
    }

    private static (double Seconds, double Accuracy) TrainInPyTorch(string data, int threads, int seed)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Scripts", "train_digits.py");
        string[] words = ChildProcess.Output("/usr/bin/python3", script, data, $"{threads}", $"{seed}").Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static string Text(double value) => value.ToString("f2", CultureInfo.InvariantCulture);
}
