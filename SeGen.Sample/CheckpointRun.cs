using Spectre.Console;

namespace SeGen.Sample;

/// <summary>Runs a gate with the weights of a file on the input of another, and shows its factors.</summary>
internal static class CheckpointRun
{
    private static readonly Func<IGate>[] Declared =
    [
        () => new Gate128(), () => new Gate64(), () => new Gate64SecondBias(), () => new Gate64NoBias(),
        () => new Gate32(), () => new Gate20(), () => new Gate256(), () => new Gate512(),
    ];

    public static void Run(string checkpoint, string input)
    {
        using SafeTensorsFile tensors = SafeTensorsFile.Open(input);
        if (!tensors.TryGet("input", out TensorInfo? tensor) || tensor.Shape.Length != 4)
            throw new SampleException($"{input}: needs a tensor \"input\" [N, C, H, W]; it has {string.Join(", ", tensors.Tensors)}.");

        (IGate gate, Naming naming) = Load(checkpoint);
        (int batch, int channels, int height, int width) = ((int)tensor.Shape[0], (int)tensor.Shape[1], (int)tensor.Shape[2], (int)tensor.Shape[3]);
        float[] x = tensors.ReadSingles("input"), y = new float[x.Length];
        gate.Forward(x, y, height, width);
        AnsiConsole.MarkupLineInterpolated($"{Path.GetFileName(checkpoint)}: Naming.{naming}, {string.Join(", ", gate.Parameters)}");

        if (tensors.TryGet("output", out _))
            AnsiConsole.MarkupLineInterpolated($"largest difference to the file's output: [green]{Demonstration.LargestDifference(tensors.ReadSingles("output"), y):e1}[/]");

        float[] factors = new float[batch * channels];
        gate.Excite(x, factors, height, width);
        for (int n = 0; n < batch; n++)
        {
            AnsiConsole.MarkupLineInterpolated($"\nfactors of image {n}, channel by channel from 0 (closed) to 1 (open):");
            HeatMap.Write(factors.AsSpan(n * channels, channels));
        }
    }

    /// <summary>The declared gate and convention that fit the file.</summary>
    private static (IGate Gate, Naming Naming) Load(string path)
    {
        foreach (Func<IGate> create in Declared)
        {
            IGate gate = create();
            foreach (Naming naming in Enum.GetValues<Naming>())
            {
                try
                {
                    gate.LoadWeights(path, naming);
                    return (gate, naming);
                }
                catch (CheckpointException)
                {
                    // Another declaration or another convention.
                }
            }
        }

        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        throw new SampleException(
            $"{path}: no gate that the sample declares has these weights: {string.Join(", ", file.Tensors.Take(8))}. Add one to Gates.cs and to CheckpointRun.");
    }
}
