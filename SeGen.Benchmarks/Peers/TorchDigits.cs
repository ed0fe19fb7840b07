using System.Diagnostics;
using System.Globalization;

namespace SeGen.Benchmarks.Peers;

/// <summary>The sample's training run in PyTorch, an epoch whenever it is asked for one.</summary>
internal sealed class TorchDigits : IDisposable
{
    private readonly Process _process;

    public TorchDigits(string data, int threads, int seed)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Scripts", "train_digits.py");
        _process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, data, $"{threads}", $"{seed}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Answer("its start");
    }

    /// <summary>Trains for an epoch and returns the seconds that it took.</summary>
    public double Epoch()
    {
        _process.StandardInput.WriteLine("epoch");
        _process.StandardInput.Flush();
        return Answer("an epoch");
    }

    /// <summary>The accuracy on the images that were not trained on.</summary>
    public double Accuracy()
    {
        _process.StandardInput.Close();
        return Answer("the accuracy");
    }

    public void Dispose()
    {
        if (!_process.WaitForExit(5000))
            _process.Kill();

        _process.Dispose();
    }

    private double Answer(string what) => double.Parse(
        _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"train_digits.py ended at {what}; its error output says why."), CultureInfo.InvariantCulture);
}
