namespace SeGen.Benchmarks.Peers;

/// <summary>Installs the peers and writes the files of the cases, once for a folder.</summary>
internal static class PeerFiles
{
    private static string Scripts => Path.Combine(AppContext.BaseDirectory, "Scripts");

    public static string Library(string folder) => Path.Combine(folder, "libonnxruntime.so");

    public static void Prepare(string folder, IReadOnlyList<Case> cases)
    {
        Directory.CreateDirectory(folder);
        ChildProcess.Run("bash", Path.Combine(Scripts, "install.sh"), folder);
        foreach (Case c in cases.Where(c => !File.Exists(Path.Combine(folder, c.Name + ".weights.safetensors"))))
            ChildProcess.Run("/usr/bin/python3", Path.Combine(Scripts, "export.py"), folder, c.Name, c.Model, $"{c.Batch}", $"{c.Channels}", $"{c.Size}", c.Training ? "1" : "0");
    }
}
