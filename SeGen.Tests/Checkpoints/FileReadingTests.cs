namespace SeGen.Tests.Checkpoints;

/// <summary>A file that is closed, cut off or in pieces while it is read: an exception, never wrong values, never the end of the process.</summary>
public class FileReadingTests
{
    [Fact]
    public async Task A_lock_that_is_held_for_an_instant_is_waited_for_and_one_that_stays_is_an_error()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("locked.safetensors", SafeTensorsBytes.Of(RawTensor.Counting("values", [4], 1)));
        var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Throws<IOException>(() => SafeTensorsFile.Open(path));
        Task release = Task.Factory.StartNew(
            () =>
            {
                Thread.Sleep(20);
                held.Dispose();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (var file = SafeTensorsFile.Open(path))
            Assert.Single(file.Tensors);

        await release;
    }

    [Fact]
    public async Task Dispose_while_other_threads_read_ends_their_reads_with_an_exception_or_the_values()
    {
        using var directory = new TemporaryDirectory();
        RawTensor large = RawTensor.Counting("large", [300, 1000], 1);
        string path = directory.File("large.safetensors", SafeTensorsBytes.Of(large));
        byte[] bytes = File.ReadAllBytes(path);
        for (int round = 0; round < 60; round++)
        {
            SafeTensorsFile file = (round % 3) switch
            {
                0 => SafeTensorsFile.Open(path),
                1 => SafeTensorsFile.Read(new FailingStream(bytes, long.MaxValue)),
                _ => SafeTensorsFile.Read(bytes),
            };
            Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                try
                {
                    for (int i = 0; i < 20; i++)
                        Assert.Equal(299_999f, file.ReadSingles("large")[299_998]);
                }
                catch (ObjectDisposedException)
                {
                    // As it should be.
                }
            }))];
            Thread.SpinWait(round * 1000);
            file.Dispose();
            await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public void A_file_that_is_truncated_while_it_is_open_is_an_exception_that_names_the_tensor()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("gate.safetensors", SafeTensorsBytes.Of(GateFiles.Tensors()));
        using var file = SafeTensorsFile.Open(path);
        using (FileStream cut = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            cut.SetLength(cut.Length - 200);

        Assert.Equal(120, file.ReadSingles("fc1.weight").Length);
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => file.ReadSingles("fc2.bias"));
        Assert.Equal("fc2.bias", e.Tensor);
        Assert.StartsWith($"{path}: tensor \"fc2.bias\": its data ends 80 bytes early: the file was cut off", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_are_loaded_by_their_index()
    {
        using var directory = new TemporaryDirectory();
        RawTensor[] all = GateFiles.Tensors();
        string index = Shards(directory, all[..1], all[1..]);
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(CheckpointGate.Load(index)));
        var gate = new CheckpointGate(5);
        LoadReport report = gate.LoadWeights(index);
        Assert.Equal((4, index), (report.Loaded, report.File));
        Assert.Equal(GateFiles.Expected(), GateFiles.Values(gate));
        using var file = SafeTensorsFile.Open(index);
        Assert.Equal(4, file.Tensors.Count);
        Assert.Equal(0.01f, file.ReadSingles("fc1.bias")[0]);
    }

    [Theory]
    [InlineData("../one.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\\\\b")]
    [InlineData("C:evil")]
    [InlineData("a\\u0000b")]
    public void A_shards_name_stays_within_the_folder(string name)
    {
        using var directory = new TemporaryDirectory();
        string index = directory.File("model.safetensors.index.json", System.Text.Encoding.UTF8.GetBytes("{\"weight_map\": {\"fc1.weight\": \"" + name + "\"}}"));
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Open(index));
        Assert.Contains("shards lie in the index's own folder", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "the index must be an object")]
    [InlineData("{}", "has no weight_map, so that it is no index of shards")]
    [InlineData("""{"weight_map": []}""", "weight_map must be one object that maps tensors to files")]
    [InlineData("""{"weight_map": {"a": 1}}""", "weight_map must give the name of its file")]
    [InlineData("""{"weight_map": {"a": "x", "a": "y"}}""", "stands twice in weight_map")]
    [InlineData("""{"weight_map": {"a": "none.safetensors"}}""", "names the shard none.safetensors, which is not beside it; download it too")]
    [InlineData("""{"weight_map": {"fc9.weight": "one.safetensors"}}""", "should be in one.safetensors, which does not have it; the shards are not those of this index")]
    [InlineData("""{"weight_map": {"fc1.weight": "one.safetensors", "fc1.bias": "copy.safetensors"}}""", "is both in one.safetensors and in copy.safetensors")]
    [InlineData("""{"weight_map": {"\ud800": "x"}}""", "the index has a string that is no text (a lone surrogate)")]
    [InlineData("""{"weight_map": {"a": "x"}} x""", "the index is not JSON (line 1, byte ")]
    [InlineData("{", "the index is not JSON (line 1, byte ")]
    public void A_broken_index_says_what_is_wrong(string json, string fault)
    {
        using var directory = new TemporaryDirectory();
        directory.File("one.safetensors", SafeTensorsBytes.Of(GateFiles.Tensors()));
        directory.File("copy.safetensors", SafeTensorsBytes.Of(GateFiles.Tensors()));
        string index = directory.File("model.safetensors.index.json", System.Text.Encoding.UTF8.GetBytes(json));
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => CheckpointGate.Load(index));
        Assert.StartsWith(index, e.Message, StringComparison.Ordinal);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    private static string Shards(TemporaryDirectory directory, params RawTensor[][] shards)
    {
        var map = new List<string>();
        for (int i = 0; i < shards.Length; i++)
        {
            string name = $"model-{i + 1:D5}-of-{shards.Length:D5}.safetensors";
            directory.File(name, SafeTensorsBytes.Of(shards[i]));
            map.AddRange(shards[i].Select(t => $"\"{t.Name}\": \"{name}\""));
        }

        return directory.File(
            "model.safetensors.index.json", System.Text.Encoding.UTF8.GetBytes("{\"metadata\": {\"total_size\": 1064, \"nested\": {\"a\": [1]}}, \"weight_map\": {" + string.Join(", ", map) + "}}"));
    }
}
