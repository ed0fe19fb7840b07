using System.Diagnostics;
using System.Globalization;

namespace SeGen.Benchmarks.Peers;

/// <summary>A peer's process, seen from the one that gives the orders.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(string name, ProcessStartInfo start, bool avx2)
    {
        Name = name;
        if (avx2)
        {
            start.Environment["DOTNET_EnableAVX512"] = "0";
            start.Environment["ONEDNN_MAX_CPU_ISA"] = "AVX2";
            start.Environment["ATEN_CPU_CAPABILITY"] = "avx2";
        }

        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    public string Name { get; }

    /// <summary>This program again, as the named peer.</summary>
    public static PeerProcess Own(string name, string folder, bool avx2)
        => new(name, new ProcessStartInfo(Environment.ProcessPath!, ["serve", name, folder]), avx2);

    /// <summary>PyTorch, from the system's own Python.</summary>
    public static PeerProcess Torch(string folder, bool avx2)
        => new("PyTorch", new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Scripts", "torch_peer.py"), folder]), avx2);

    public double Load(Case what, int threads) => double.Parse(
        Ask($"load {what.Name} {what.Model} {what.Batch} {what.Channels} {what.Size} {(what.Training ? 1 : 0)} {threads}"), CultureInfo.InvariantCulture);

    public double[] Time(double seconds) =>
        [.. Ask(string.Create(CultureInfo.InvariantCulture, $"time {seconds}")).Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();

        _process.Dispose();
    }

    private string Ask(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} ended at \"{order}\"; its error output says why.");
    }
}
