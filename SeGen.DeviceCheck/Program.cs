using System.CommandLine;
using SeGen;
using SeGen.DeviceCheck;

var json = new Option<string?>("--json") { Description = "Where the results go as JSON." };
var python = new Option<string>("--python") { Description = "The Python that has PyTorch.", DefaultValueFactory = _ => "python3" };
var check = new Command("check", "Compares every kernel with the CPU, then times them against PyTorch on the same device.") { json, python };
check.SetAction(arguments => Guarded(() => Check(arguments.GetValue(json), arguments.GetValue(python)!)));

var small = new Option<bool>("--small") { Description = "Without the large shapes, which compute-sanitizer takes long for." };
var numerics = new Command("numerics", "Compares every kernel with the CPU.") { small };
numerics.SetAction(arguments => Guarded(() => Compare(arguments.GetValue(small)).All(r => r.IsRight) & CompareNetworks(arguments.GetValue(small)).All(r => r.IsRight) ? 0 : 1));

return new RootCommand("Checks SeGen's kernels on the NVIDIA GPU of this machine.") { check, numerics }.Parse(args).Invoke();

static int Check(string? json, string python)
{
    Console.WriteLine(GpuRuntime.StatusText);
    NumericResult[] results = Compare(isSmall: false);
    NetworkResult[] networks = CompareNetworks(isSmall: false);
    using var own = new OwnTimes();
    double bandwidth = own.CopyBandwidth();
    Console.WriteLine(FormattableString.Invariant($"a copy on the device: {bandwidth / 1e9:f0} GB/s, read and written"));
    using TorchTimes? torch = Torch(python, out string version);
    Console.WriteLine(version);
    Report.PrintTimesHead();
    var times = new List<TimeResult>();
    Save();
    foreach (TimeResult time in Times.Run(own, torch, bandwidth))
    {
        Report.Print(time);
        times.Add(time);
        Save();
    }

    // After every case: what is known is not lost with a machine that is taken back.
    void Save()
    {
        if (json is not null)
            new Report(GpuRuntime.StatusText, SeGenInfo.Version, version, bandwidth, results, networks, [.. times]).Save(json);
    }

    return results.All(r => r.IsRight) && networks.All(r => r.IsRight) ? 0 : 1;
}

static NumericResult[] Compare(bool isSmall)
{
    var results = new List<NumericResult>();
    foreach (NumericResult result in Numerics.Run(isSmall ? GateCase.Small : [.. GateCase.Small, .. GateCase.Large, .. GateCase.Timed]))
    {
        Report.Print(result);
        results.Add(result);
    }

    return [.. results];
}

static NetworkResult[] CompareNetworks(bool isSmall)
{
    var results = new List<NetworkResult>();
    foreach (NetworkResult result in NetworkNumerics.Run(isSmall ? NetworkCase.Small : [.. NetworkCase.Small, .. NetworkCase.Large]))
    {
        Report.Print(result);
        results.Add(result);
    }

    return [.. results];
}

static TorchTimes? Torch(string python, out string version)
{
    try
    {
        var torch = new TorchTimes(python);
        version = torch.Version;
        return torch;
    }
    catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
    {
        version = $"PyTorch was not timed: {e.Message}";
        return null;
    }
}

static int Guarded(Func<int> action)
{
    try
    {
        return action();
    }
    catch (GpuException e)
    {
        Console.Error.WriteLine(e.Message);
        return 2;
    }
}
