using System.Diagnostics;
using System.Globalization;
using SeGen.Sample.Training;
using Spectre.Console;

namespace SeGen.Benchmarks.Peers;

/// <summary>
/// The sample's whole training run on real images against the same run in PyTorch, an epoch of the one after an epoch of the other, so that what
/// the machine does besides falls on both: the seconds of all epochs, and the accuracy.
/// </summary>
internal static class DigitsBenchmark
{
    public static void Run(string data, int rounds)
    {
        var table = new Table().AddColumns("threads", "seed", "SeGen s", "PyTorch s", "ratio", "of an epoch (quartiles)", "SeGen accuracy", "PyTorch accuracy");
        foreach (int threads in new[] { 1, 2 })
        {
            for (int seed = 1; seed <= rounds; seed++)
                table.AddRow([.. Train(data, threads, seed)]);
        }

        AnsiConsole.Write(table);
    }

    private static string[] Train(string data, int threads, int seed)
    {
        Recipe recipe = Recipe.Of(data);
        IGatedModule network = recipe.Create(seed);
        network.Threads = threads;
        Trainer trainer = recipe.Trainer(network, recipe.Epochs, seed, stateFile: null, progress: null);
        using var torch = new TorchDigits(data, threads, seed);
        List<double> own = [], peer = [];
        for (int epoch = 1; epoch <= recipe.Epochs; epoch++)
        {
            long start = Stopwatch.GetTimestamp();
            trainer.Train(recipe.Train, epoch);
            own.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            peer.Add(torch.Epoch());
            AnsiConsole.MarkupLineInterpolated($"[grey]{threads} threads, seed {seed}, epoch {epoch}: SeGen {Text(own[^1])} s, PyTorch {Text(peer[^1])} s[/]");
        }

        double[] ratios = [.. own.Zip(peer, (o, p) => p / o)];
        return
        [
            $"{threads}", $"{seed}", Text(own.Sum()), Text(peer.Sum()), Text(peer.Sum() / own.Sum()),
            $"{Text(Statistics.Median(ratios))} ({Text(Statistics.Quantile(ratios, 0.25))} to {Text(Statistics.Quantile(ratios, 0.75))})",
            Percent(Trainer.Evaluate(network, recipe.Test).Accuracy), Percent(torch.Accuracy()),
        ];
    }

    private static string Text(double value) => value.ToString("f2", CultureInfo.InvariantCulture);

    private static string Percent(double value) => value.ToString("p2", CultureInfo.InvariantCulture);
}
