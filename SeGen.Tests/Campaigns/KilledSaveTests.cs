using System.Diagnostics;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;
using Xunit.Abstractions;

namespace SeGen.Tests.Campaigns;

/// <summary>kill -9 in the middle of saving, and two processes that save at once.</summary>
[Trait("Category", "Campaign")]
public class KilledSaveTests(ITestOutputHelper log)
{
    [Fact]
    public async Task A_process_killed_while_it_saves_leaves_a_whole_file_and_nothing_that_stays()
    {
        int kills = Campaign.Of(8, 1000), stale = 0;
        using var directory = new TemporaryDirectory();
        var saver = new SaverProgram(directory);
        string path = directory.File("weights.safetensors");
        var random = new Random(9);
        float last = 0;
        for (int i = 0; i < kills; i++)
        {
            using Process process = await saver.Start(path, i * 100_000 + 1, 100_000);
            await Task.Delay(random.Next(5, 120));
            process.Kill();
            await process.WaitForExitAsync();
            stale += directory.Files.Length - 1;
            if (!File.Exists(path))
                continue;

            float saved = SaverProgram.Read(path);
            Assert.True(saved >= last, $"After {last} came {saved}.");
            last = saved;
        }

        log.WriteLine($"{kills} kills; {stale} times one left a file behind, which the next save swept");
        using Process final = await saver.Start(path, (kills + 1) * 100_000, 1);
        await final.WaitForExitAsync();
        Assert.Equal((kills + 1) * 100_000f, SaverProgram.Read(path));
        Assert.Equal(["weights.safetensors"], directory.Files);
    }

    [Fact]
    public async Task Two_processes_that_save_at_once_leave_the_file_of_one_of_them()
    {
        int saves = Campaign.Of(150, 10_000), read = 0;
        using var directory = new TemporaryDirectory();
        var saver = new SaverProgram(directory);
        string path = directory.File("weights.safetensors");
        List<Process> both = [];
        HashSet<bool> seen = [];
        try
        {
            both.Add(await saver.Start(path, 1, saves));
            both.Add(await saver.Start(path, 1_000_001, saves));
            for (; both.Any(p => !p.HasExited); read++)
            {
                if (File.Exists(path))
                    seen.Add(SaverProgram.Read(path) > 1_000_000);
            }

            Assert.All(both, p => Assert.Equal(0, p.ExitCode));
        }
        finally
        {
            // Else they would go on to save into the folder that is deleted, and that would be the error that is seen.
            foreach (Process process in both)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        log.WriteLine($"2 x {saves} saves, read {read} times meanwhile");
        Assert.Contains(SaverProgram.Read(path), new float[] { saves, 1_000_000 + saves });
        Assert.NotEmpty(seen);
        Assert.Equal(["weights.safetensors"], directory.Files);
    }
}
