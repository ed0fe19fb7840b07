using System.Diagnostics;
using System.Text.RegularExpressions;
using SeGen.Sample.Models;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Sample;

/// <summary>The sample's training as a process: from end to end, interrupted, and killed.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private static readonly string Program = typeof(DigitNet28).Assembly.Location;

    private readonly TemporaryDirectory _folder = new();

    private string State => _folder.File("run.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_trains_saves_loads_tests_and_plots()
    {
        (int exitCode, string output) = Run("--images", "320", "--epochs", "2", "--state", State, "--weights", _folder.File("weights.safetensors"));
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"test +loss \d+\.\d+ +accuracy +\d+\.\d+ %", output);
        Assert.Contains("is (row), taken for (column)", output, StringComparison.Ordinal);
        Assert.Matches(@"layer3\.0\.se: mean factor of each class", output);
        Assert.Matches(@"│ load them into a fresh network +│ +\d+\.\d\d │", output);
        var network = DigitNet28.Load(_folder.File("weights.safetensors"));
        Assert.NotEqual(new DigitNet28().Parameters["fc.weight"].Values.ToArray(), network.Parameters["fc.weight"].Values.ToArray());

        (exitCode, output) = Run("--images", "320", "--epochs", "2", "--state", State);
        Assert.Equal(1, exitCode);
        Assert.Contains("pass --resume to go on from it", Regex.Replace(output, @"\s+", " "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_keeps_the_state_and_resume_goes_on()
    {
        using Process process = Start("--images", "320", "--epochs", "1000", "--state", State);
        Task<string> printed = process.StandardOutput.ReadToEndAsync();
        for (var waited = Stopwatch.StartNew(); !File.Exists(State) && !process.HasExited; await Task.Delay(20))
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "There was no state after two minutes.");

        Tool.Run(_folder.Path, "kill", "-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("with --resume goes on where it was", Regex.Replace(await printed, @"\s+", " "), StringComparison.Ordinal);

        // The first time it ends the first epoch, where that was interrupted.
        string[] resume = ["--images", "320", "--epochs", "1", "--state", State, "--resume"];
        Assert.Equal(0, Run(resume).ExitCode);
        (int exitCode, string output) = Run(resume);
        Assert.True(exitCode == 0, output);
        Assert.Contains("nothing was trained", Regex.Replace(output, @"\s+", " "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_killed_fifty_times_ends_in_the_same_weights_as_one_never_killed()
    {
        const int Kills = 50;
        string[] arguments = ["--images", "512", "--epochs", "10", "--seed", "9", "--state"];
        (int exitCode, string output) = Run([.. arguments, _folder.File("whole.run.safetensors")]);
        Assert.True(exitCode == 0, output);
        byte[] expected = File.ReadAllBytes(_folder.File("whole.safetensors"));

        var random = new Random(50);
        int kills = 0, finished = 0;
        while (kills < Kills || finished == 0)
        {
            string state = $"killed{finished}.run.safetensors";
            using Process process = Start([.. arguments, _folder.File(state), "--resume"]);
            Task<string> printed = process.StandardOutput.ReadToEndAsync();

            // From before it has read anything to after some epochs.
            if (kills < Kills && !process.WaitForExit(random.Next(150, 1500)))
            {
                process.Kill();
                await process.WaitForExitAsync();
                kills++;
                continue;
            }

            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await printed);
            Assert.Equal(expected, File.ReadAllBytes(_folder.File($"killed{finished}.safetensors")));
            finished++;
        }
    }

    private static (int ExitCode, string Output) Run(params string[] arguments)
        => Tool.TryRun(Path.GetDirectoryName(Program)!, new Dictionary<string, string> { ["TERM"] = "dumb" }, "dotnet", [Program, "train", .. arguments]);

    private static Process Start(params string[] arguments)
        => Process.Start(new ProcessStartInfo("dotnet", [Program, "train", .. arguments]) { RedirectStandardOutput = true })!;
}
