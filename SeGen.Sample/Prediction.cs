using System.Globalization;
using System.Numerics.Tensors;
using Spectre.Console;

namespace SeGen.Sample;

/// <summary>Classifies one image: the five likeliest classes, and the gates that closed most.</summary>
internal static class Prediction
{
    private const int Likeliest = 5, ShownGates = 5;

    public static void Run(string checkpoint, string model, string image, Naming? naming)
    {
        Architecture architecture = Architectures.Find(model);
        IModule network = architecture.Create();
        Naming used = Load(network, checkpoint, naming);
        float[] input = NetpbmImage.Load(image).ToInput(architecture.Side), logits = new float[architecture.Classes];
        var gates = new List<(string Name, float Mean)>();
        if (network is IGatedModule gated)
            gated.GateObserver = (gate, factors) => gates.Add((gate, TensorPrimitives.Sum(factors) / factors.Length));

        network.Forward(input, logits);
        AnsiConsole.WriteLine(architecture.Summary);
        AnsiConsole.MarkupLineInterpolated($"\n{Path.GetFileName(checkpoint)} (Naming.{used}) on {Path.GetFileName(image)}, scaled to {architecture.Side} x {architecture.Side}:\n");
        Classes(logits);
        Gates(gates);
    }

    private static Naming Load(IModule network, string checkpoint, Naming? naming)
    {
        if (naming is { } given)
        {
            network.LoadWeights(checkpoint, given);
            return given;
        }

        CheckpointException? first = null;
        foreach (Naming other in Enum.GetValues<Naming>())
        {
            try
            {
                network.LoadWeights(checkpoint, other);
                return other;
            }
            catch (CheckpointException e)
            {
                first ??= e;
            }
            catch (NotSupportedException)
            {
                // The convention has no names for a block of this network.
            }
        }

        throw first!;
    }

    private static void Classes(float[] logits)
    {
        float largest = logits.Max();
        double sum = logits.Sum(v => Math.Exp(v - largest));
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("class").RightAligned()).AddColumn(new TableColumn("probability").RightAligned()).AddColumn("");
        foreach ((int index, float logit) in logits.Index().OrderByDescending(v => v.Item).Take(Likeliest).Select(v => (v.Index, v.Item)))
        {
            double probability = Math.Exp(logit - largest) / sum;
            table.AddRow(index.ToString(CultureInfo.InvariantCulture), $"{probability:P2}", new string('█', (int)Math.Round(probability * 30)));
        }

        AnsiConsole.Write(table);
    }

    private static void Gates(List<(string Name, float Mean)> gates)
    {
        AnsiConsole.MarkupLine("\nthe gates that closed most, by the mean of their factors:");
        foreach ((string name, float mean) in gates.OrderBy(g => g.Mean).Take(ShownGates))
            AnsiConsole.MarkupLineInterpolated($"  {mean:f3}  {name}");
    }
}
