using System.Diagnostics;
using System.Globalization;

namespace SeGen.DeviceCheck;

/// <summary>
/// PyTorch on the same device in a process of its own, which is asked for a few calls at a time, in turns with SeGen. Where it has ended, or does not answer, the next
/// case has a new one: a fault of CUDA's is the end of a process.
/// </summary>
/// <param name="python">The Python that has PyTorch.</param>
/// <param name="script">What it runs.</param>
/// <param name="patience">How long an answer may take: a compiler's first run is slow.</param>
internal sealed class TorchTimes(string python, string script, TimeSpan patience) : IDisposable
{
    private Process? _process;

    /// <summary>Of PyTorch, CUDA and cuDNN; empty before the first case.</summary>
    public string Version { get; private set; } = "";

    /// <summary>What went wrong with the case; empty where nothing did.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Starts the process, where there is none.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Start()
    {
        if (_process is not null)
            return true;

        try
        {
            _process = Process.Start(new ProcessStartInfo(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Fault = $"PyTorch was not timed: {e.Message}";
            return false;
        }

        if (Read() is not { } version)
            return false;

        Version = version;
        return true;
    }

    /// <summary>Makes a case ready; what it cannot do is said.</summary>
    public string Load(string order)
    {
        Fault = "";
        return Start() ? Ask($"load {order}") : Fault;
    }

    /// <summary>Microseconds of calls; empty where PyTorch could not make it ready.</summary>
    public double[] Times(string way, bool isCold, int count)
    {
        string answer = Ask($"time {way} {(isCold ? "cold" : "warm")} {count}");
        if (answer.StartsWith("error", StringComparison.Ordinal))
        {
            Fault = $"{way}: {answer}";
            return [];
        }

        return [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        if (_process is null)
            return;

        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
            _process.Kill(entireProcessTree: true);

        _process.Dispose();
    }

    private string Ask(string order)
    {
        if (_process is null)
            return "";

        try
        {
            _process.StandardInput.WriteLine(order);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended before it had read the order.
        }

        return Read() ?? "";
    }

    private string? Read()
    {
        Task<string?> answer = _process!.StandardOutput.ReadLineAsync();
        if (answer.Wait(patience) && answer.Result is { } line)
            return line;

        Fault = answer.IsCompleted ? "PyTorch has ended; the lines above say why" : $"PyTorch did not answer in {patience.TotalSeconds:f0} s";
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _process = null;
        return null;
    }
}
