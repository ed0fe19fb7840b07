using System.Diagnostics;
using SeGen.Tests.Checkpoints;
using SeGen.Tests.Support;

namespace SeGen.Tests.Campaigns;

/// <summary>A program of its own that does nothing but save weights, compiled once for the tests that kill it.</summary>
internal sealed class SaverProgram(TemporaryDirectory directory)
{
    // The weights of a save are all its number, so that a torn file shows.
    private const string Source = """
        using SeGen;

        string path = args[0];
        int first = int.Parse(args[1]), count = int.Parse(args[2]);
        var gate = new Saver.Saved();
        System.Console.Out.WriteLine("ready");
        for (int i = 0; i < count; i++)
        {
            foreach (Parameter parameter in gate.Parameters)
                parameter.Write().Fill(first + i);

            gate.SaveWeights(path);
        }

        namespace Saver
        {
            [SEBlock(256, Hidden = 256)]
            public partial class Saved;
        }
        """;

    private readonly ChildProgram _program = new(directory, "Saver", Source);

    /// <summary>Starts it; it has begun to save when it has said so.</summary>
    public async Task<Process> Start(string path, int first, int count)
    {
        Process process = _program.Start(path, $"{first}", $"{count}");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return process;
    }

    /// <summary>The number of the save that a file is of; it must be one whole.</summary>
    public static float Read(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        Assert.Equal(4, file.Tensors.Count);
        float[] values = [.. file.Tensors.SelectMany(t => file.ReadSingles(t.Name))];
        Assert.Equal(2 * 256 * 256 + 2 * 256, values.Length);
        Assert.Equal(-1, values.AsSpan().IndexOfAnyExcept(values[0]));
        return values[0];
    }
}
