using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace SeGen.Tests.Checkpoints;

/// <summary>What is no file of weights: the message says what it is and what to do.</summary>
public class ForeignFileTests
{
    public static TheoryData<string, byte[], string> Formats() => new()
    {
        { "checkpoint.pth", Zip("archive/data.pkl"), "is a PyTorch checkpoint, a zip of pickled tensors; convert it once in Python" },
        { "arrays.npz", Zip("fc1.npy"), "is a NumPy archive (.npz)" },
        { "some.zip", Zip("readme.txt"), "is a zip archive" },
        { "legacy.pth", [0x80, 0x02, 0x8A, 0x0A, .. "lFc9c46a1"u8, 0x80, 0x02, .. "MX"u8], "is a Python pickle, as PyTorch before 1.6 saved checkpoints; convert it once in Python" },
        { "lfs.safetensors", Text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"), "is a pointer of git-lfs and not the file itself; run git lfs pull" },
        { "model.safetensors.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3], "is compressed by gzip; unpack it first" },
        { "model.zst", [0x28, 0xB5, 0x2F, 0xFD, 4, 0, 0, 0, 0, 0, 0, 0], "is compressed; unpack it first" },
        { "page.safetensors", Text("<!DOCTYPE html>\n<html><body>404</body></html>"), "is a web page (HTML or XML), as a download that was refused leaves behind" },
        { "config.json", Text("{\n  \"architectures\": [\"SEResNet\"]\n}"), "is JSON; name the file of weights, or the index of its shards" },
        { "model.onnx", [0x08, 0x07, 0x12, 0x07, .. "pytorch"u8, 0x1A, 0x03, .. "2.1"u8], "is an ONNX model, which holds a graph with its weights" },
        { "model.gguf", [.. "GGUF"u8, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], "is GGUF, the format of llama.cpp" },
        { "array.npy", [0x93, .. "NUMPY"u8, 1, 0, 0x76, 0, .. "{'descr'"u8], "is a NumPy array" },
        { "weights.h5", [0x89, .. "HDF\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 0, 0, 8, 8, 0], "is HDF5, as Keras saves weights" },
        { "empty.safetensors", [], "is empty; a download or a save that broke off leaves such a file" },
        { "mark.safetensors", [0xEF, 0xBB, 0xBF, .. "plain text that somebody saved"u8], "is text that begins with a byte-order mark" },
        { "header-mark.safetensors", SafeTensorsBytes.Of([0xEF, 0xBB, 0xBF, .. "{}"u8], []), "the header begins with a byte-order mark" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_of_another_format_is_named_with_what_to_do(string name, byte[] bytes, string says)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File(name, bytes);
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => CheckpointGate.Load(path));
        Assert.StartsWith($"{path}: {says}", e.Message, StringComparison.Ordinal);

        // The same from memory and from streams, of which one that cannot seek has only shown its first bytes.
        Assert.Contains(says, Assert.Throws<SafeTensorsException>(() => new CheckpointGate().LoadWeights(bytes)).Message, StringComparison.Ordinal);
        Assert.Throws<SafeTensorsException>(() => new CheckpointGate().LoadWeights(new OnceStream(bytes)));
    }

    [Fact]
    public void A_sound_header_is_never_taken_for_another_format()
    {
        // The length of a header decides the first byte: all of them, those of other formats' first letters included.
        for (int padding = 0; padding < 300; padding++)
            Assert.Empty(SafeTensorsFile.Read(SafeTensorsBytes.Of("{}" + new string(' ', padding), 0)).Tensors);
    }

    [Fact]
    public void A_directory_a_fifo_a_device_and_a_file_without_length_are_named_and_not_opened()
    {
        using var directory = new TemporaryDirectory();
        directory.File("model.safetensors", SafeTensorsBytes.Of(GateFiles.Tensors()));
        AssertRefused(directory.Path, "it is a directory; did you mean model.safetensors in it?");
        if (OperatingSystem.IsWindows())
            return;

        string fifo = directory.File("pipe");
        MakeFifo(fifo);
        var clock = Stopwatch.StartNew();
        AssertRefused(fifo, "it is a FIFO, whose bytes can be read once only; open a stream over it and pass that");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
        AssertRefused("/dev/zero", "it is a device");
        if (OperatingSystem.IsLinux())
            Assert.Contains("has no length of its own, as files under /proc and /sys", Assert.Throws<IOException>(() => SafeTensorsFile.Open("/proc/self/status")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_save_replaces_nothing_but_regular_files()
    {
        var gate = new CheckpointGate(1);
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.File("folder"));
        AssertNotReplaced(gate, directory.File("folder"), "a directory");
        if (OperatingSystem.IsWindows())
            return;

        MakeFifo(directory.File("pipe"));
        AssertNotReplaced(gate, directory.File("pipe"), "a FIFO");
        File.CreateSymbolicLink(directory.File("link"), "/dev/null");
        AssertNotReplaced(gate, directory.File("link"), "a device");
        Assert.Equal("/dev/null", new FileInfo(directory.File("link")).LinkTarget);
    }

    internal static void MakeFifo(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void AssertRefused(string path, string says)
    {
        IOException e = Assert.ThrowsAny<IOException>(() => new CheckpointGate().LoadWeights(path));
        Assert.StartsWith($"{path} cannot be opened: {says}", e.Message, StringComparison.Ordinal);
    }

    private static void AssertNotReplaced(CheckpointGate gate, string path, string what)
    {
        IOException e = Assert.ThrowsAny<IOException>(() => gate.SaveWeights(path));
        Assert.StartsWith($"{path} cannot be written: it is {what}, which a file of weights would replace", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(path)!), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private static byte[] Zip(string entry)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream stream = zip.CreateEntry(entry).Open())
            stream.Write(new byte[100]);

        return bytes.ToArray();
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
