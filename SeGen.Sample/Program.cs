using System.CommandLine;
using SeGen;
using SeGen.Sample;
using Spectre.Console;

var checkpoint = new Option<FileInfo?>("--checkpoint") { Description = "A gate's state_dict as safetensors, in any convention." };
var input = new Option<FileInfo?>("--input") { Description = "A safetensors file with a tensor \"input\" [N, C, H, W]; with an \"output\" too, the result is compared to it." };

var command = new RootCommand("Shows what SeGen makes of a declaration; with --checkpoint and --input, runs real weights.") { checkpoint, input };
command.Validators.Add(result =>
{
    if (result.GetValue(checkpoint) is null != result.GetValue(input) is null)
        result.AddError("--checkpoint and --input belong together.");
});
command.SetAction(arguments =>
{
    try
    {
        if (arguments.GetValue(checkpoint) is { } weights)
            CheckpointRun.Run(weights.FullName, arguments.GetValue(input)!.FullName);
        else
            Demonstration.Run();

        return 0;
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or CheckpointException or ArgumentException or SampleException)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]error:[/] {e.Message}");
        return 1;
    }
});

return command.Parse(args).Invoke();
