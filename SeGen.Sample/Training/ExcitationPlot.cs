using Spectre.Console;

namespace SeGen.Sample.Training;

/// <summary>
/// The mean factor of every gate for each class (Hu et al. 2018, figure 6): early gates treat all classes alike, later ones tell them
/// apart.
/// </summary>
internal static class ExcitationPlot
{
    private const int MaxImages = 1000;

    public static void Write(IGatedModule network, ITrainingData data)
    {
        foreach ((string gate, float[][] means) in Means(network, data))
        {
            int together = (means[0].Length + HeatMap.Columns - 1) / HeatMap.Columns;
            AnsiConsole.MarkupLineInterpolated($"\n[bold]{gate}[/]: mean factor of each class (rows) and {(together > 1 ? $"{together} channels" : "channel")}, closed to open");
            HeatMap.Write(means);
        }

        AnsiConsole.WriteLine();
    }

    /// <summary>For every gate, in the order in which they run, the mean factors: [class][channel].</summary>
    public static IReadOnlyList<(string Gate, float[][] Means)> Means(IGatedModule network, ITrainingData data)
    {
        var gates = new List<(string Gate, float[][] Means)>();
        int[] counts = new int[data.Classes];
        float[] image = new float[data.SampleLength], logits = new float[data.Classes];
        int label = 0, at = 0;
        network.GateObserver = (gate, factors) =>
        {
            if (at == gates.Count)
                gates.Add((gate, NewMeans(data.Classes, factors.Length)));

            float[] sums = gates[at++].Means[label];
            for (int c = 0; c < sums.Length; c++)
                sums[c] += factors[c];
        };
        try
        {
            for (int i = 0; i < Math.Min(data.Count, MaxImages); i++, at = 0)
            {
                label = data.Read(i, 0, image);
                counts[label]++;
                network.Forward(image, logits, data.Height, data.Width);
            }
        }
        finally
        {
            network.GateObserver = null;
        }

        foreach ((_, float[][] means) in gates)
        {
            for (int k = 0; k < means.Length; k++)
            {
                for (int c = 0; c < means[k].Length; c++)
                    means[k][c] /= Math.Max(1, counts[k]);
            }
        }

        return gates;
    }

    private static float[][] NewMeans(int classes, int channels) => [.. Enumerable.Range(0, classes).Select(_ => new float[channels])];
}
