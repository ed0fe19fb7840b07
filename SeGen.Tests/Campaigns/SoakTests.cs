using System.Diagnostics;
using System.Globalization;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Campaigns;

/// <summary>
/// Everything at once, again and again, in a process of its own: what it holds after its first minutes it holds at the end. The test host
/// would not do: the runner's own memory comes and goes by more than is asked.
/// </summary>
[Trait("Category", "Campaign")]
public class SoakTests(ITestOutputHelper log)
{
    [Fact]
    public async Task What_is_alive_does_not_grow()
    {
        Sample[] samples = await Run(seconds: 8, interval: 0.5);
        Assert.True(samples.Length > 4, $"{samples.Length} samples.");
        long[] alive = [.. samples.Skip(samples.Length / 2).Select(s => s.Alive)];
        Assert.InRange(alive.Max() - alive[0], 0, 200_000);
    }

    [CampaignFact]
    public async Task Memory_is_flat_over_the_last_twenty_of_thirty_minutes()
    {
        Sample[] samples = await Run(seconds: 30 * 60, interval: 15);
        double[] settled = [.. samples.Where(s => s.Seconds >= 10 * 60).Select(s => s.Resident / 1e6)];
        log.WriteLine($"{samples[^1].Rounds:N0} rounds; from minute 10 on {settled.Min():f1} to {settled.Max():f1} MB resident");
        log.WriteLine(string.Join(' ', samples.Select(s => $"{s.Resident / 1e6:f1}/{s.Alive / 1e6:f2}")));
        Assert.True(settled.Length > 60, $"{settled.Length} samples.");
        Assert.InRange(settled.Max() - settled.Min(), 0, 5);
    }

    private static async Task<Sample[]> Run(double seconds, double interval)
    {
        using var directory = new TemporaryDirectory();
        var program = new ChildProgram(directory, "Soak", SoakProgram.Source);
        string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
        using Process process = program.Start(directory.File(""), Text(seconds), Text(interval));
        var samples = new List<Sample>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] fields = line.Split(' ');
            samples.Add(new Sample(
                double.Parse(fields[0], CultureInfo.InvariantCulture),
                long.Parse(fields[1], CultureInfo.InvariantCulture),
                long.Parse(fields[2], CultureInfo.InvariantCulture),
                long.Parse(fields[3], CultureInfo.InvariantCulture)));
        }

        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return [.. samples];
    }

    private sealed record Sample(double Seconds, long Rounds, long Resident, long Alive);
}
