using System.CommandLine;
using SeGen;
using SeGen.DeviceCheck;

var json = new Option<string?>("--json") { Description = "Where the results go as JSON." };
var python = new Option<string>("--python") { Description = "The Python that has PyTorch.", DefaultValueFactory = _ => "python3" };
var data = new Option<DirectoryInfo?>("--data") { Description = "A folder of MNIST's IDX files to train on; without it digits are drawn." };
var sections = new Option<string[]>("--only")
{
    Description = $"Some sections alone: {string.Join(", ", Check.Sections)}; a machine may be lent for a shorter time than all of them take.",
    AllowMultipleArgumentsPerToken = true,
};
sections.AcceptOnlyFromAmong(Check.Sections);
var check = new Command("check", "Compares every kernel with the CPU, times them against PyTorch on the same device, and trains there.") { json, python, data, sections };
check.SetAction(arguments => Guarded(() => new Check(
    arguments.GetValue(sections) is { Length: > 0 } some ? some : Check.Sections, arguments.GetValue(python)!, arguments.GetValue(data)?.FullName, arguments.GetValue(json)).Run()));

var small = new Option<bool>("--small") { Description = "Without the large shapes, which compute-sanitizer takes long for." };
var numerics = new Command("numerics", "Compares every kernel with the CPU.") { small };
numerics.SetAction(arguments => Guarded(() => Check.Numeric(arguments.GetValue(small))));

return new RootCommand("Checks SeGen's kernels on the NVIDIA GPU of this machine.") { check, numerics }.Parse(args).Invoke();

static int Guarded(Func<int> action)
{
    try
    {
        return action();
    }
    catch (Exception e) when (e is GpuException or SeGen.Sample.SampleException or IOException)
    {
        Console.Error.WriteLine(e.Message);
        return 2;
    }
}
