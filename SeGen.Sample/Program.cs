using System.CommandLine;
using SeGen;
using SeGen.Sample;
using SeGen.Sample.Training;
using Spectre.Console;

var checkpoint = new Option<FileInfo?>("--checkpoint") { Description = "A gate's state_dict as safetensors, in any convention." };
var input = new Option<FileInfo?>("--input") { Description = "A safetensors file with a tensor \"input\" [N, C, H, W]; with an \"output\" too, the result is compared to it." };
Option<GpuPolicy?> gpu = GpuOption.Create("Runs a block and networks");

var command = new RootCommand("Shows what SeGen makes of a declaration; with --checkpoint and --input, runs real weights; with --gpu, on a GPU.") { checkpoint, input, gpu };
command.Validators.Add(result =>
{
    if (result.GetValue(checkpoint) is null != result.GetValue(input) is null)
        result.AddError("--checkpoint and --input belong together.");

    if (result.GetValue(checkpoint) is not null && result.GetResult(gpu) is { Implicit: false })
        result.AddError("--gpu runs the sample's own block and networks: leave --checkpoint and --input out.");
});
command.SetAction(arguments => Guarded(() =>
{
    if (arguments.GetValue(gpu) is { } policy)
        GpuRun.Run(policy);
    else if (arguments.GetValue(checkpoint) is { } weights)
        CheckpointRun.Run(weights.FullName, arguments.GetValue(input)!.FullName);
    else
    {
        Demonstration.Run();
        AnsiConsole.Write(new Rule("[bold]training[/]").LeftJustified());
        return TrainCommand.Run(Recipe.Drawn(seed: 0), epochs: null, seed: 0, Path.Combine(Path.GetTempPath(), $"segen-{Environment.UserName}-{Environment.ProcessId}.run.safetensors"), resume: false, weights: null, gpu: null);
    }

    return 0;
}));

var models = new Command("models", "Lists the declared architectures.");
models.SetAction(_ => Guarded(() =>
{
    Architectures.List();
    return 0;
}));
command.Subcommands.Add(models);

var weightsOf = new Option<FileInfo>("--checkpoint") { Description = "A network's state_dict as safetensors.", Required = true };
var model = new Option<string>("--model") { Description = $"One of {string.Join(", ", Architectures.All.Select(a => a.Name))}.", Required = true };
var image = new Option<FileInfo>("--image") { Description = "A binary PGM or PPM image (P5, P6) of any size.", Required = true };
var naming = new Option<Naming?>("--naming") { Description = "Whose names the checkpoint carries; tried one after the other where not given." };
var predict = new Command("predict", "Classifies one image.") { weightsOf, model, image, naming };
predict.SetAction(arguments => Guarded(() =>
{
    Prediction.Run(arguments.GetRequiredValue(weightsOf).FullName, arguments.GetRequiredValue(model), arguments.GetRequiredValue(image).FullName, arguments.GetValue(naming));
    return 0;
}));
command.Subcommands.Add(predict);
command.Subcommands.Add(TrainCommand.Create(Guarded));

return command.Parse(args).Invoke();

static int Guarded(Func<int> action)
{
    try
    {
        return action();
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or CheckpointException or ArgumentException or SampleException or GpuException or NotSupportedException or InvalidOperationException)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]error:[/] {e.Message}");
        return 1;
    }
}
