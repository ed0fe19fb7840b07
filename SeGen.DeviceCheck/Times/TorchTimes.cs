using System.Diagnostics;
using System.Globalization;

namespace SeGen.DeviceCheck;

/// <summary>PyTorch on the same device in a process of its own, which is asked for a few calls at a time, in turns with SeGen.</summary>
internal sealed class TorchTimes : IDisposable
{
    private readonly Process _process;

    public TorchTimes(string python)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "torch_peer.py");
        _process = Process.Start(new ProcessStartInfo(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Version = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{python} {script} ended at once; the lines above say why.");
    }

    /// <summary>Of PyTorch, CUDA and cuDNN.</summary>
    public string Version { get; }

    /// <summary>Whether the process is gone: what SeGen does is timed on without it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Makes a case ready; what it cannot do is said.</summary>
    public string Load(string order) => Ask($"load {order}");

    /// <summary>Microseconds of calls; empty where PyTorch could not make it ready.</summary>
    public double[] Times(string way, bool isCold, int count)
    {
        string answer = Ask($"time {way} {(isCold ? "cold" : "warm")} {count}");
        return [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        if (!HasEnded)
            _process.StandardInput.Close();

        _process.WaitForExit(10_000);
        _process.Dispose();
    }

    private string Ask(string order)
    {
        string? answer = null;
        if (!HasEnded)
        {
            try
            {
                _process.StandardInput.WriteLine(order);
                _process.StandardInput.Flush();
                answer = _process.StandardOutput.ReadLine();
            }
            catch (IOException)
            {
                // It ended before it had read the order.
            }
        }

        HasEnded = answer is null;
        return answer ?? "";
    }
}
