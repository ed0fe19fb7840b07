using Spectre.Console;

namespace SeGen.Sample;

/// <summary>What a new user sees first: a declaration, what became of it, that it is right, and how fast it is.</summary>
internal static class Demonstration
{
    private const string Declaration = """
        [SEBlock(Channels = 128, Reduction = 16, Height = 224, Width = 224)]
        public partial class ChannelGate;
        """;

    private const double Tolerance = 1e-5;

    public static void Run()
    {
        AnsiConsole.Write(new Rule("[bold]a declaration[/]").LeftJustified());
        AnsiConsole.WriteLine(Declaration);
        AnsiConsole.Write(new Rule("[bold]what SeGen made of it[/]").LeftJustified());
        AnsiConsole.WriteLine(ChannelGate.Summary);
        AnsiConsole.WriteLine(SeGenInfo.Summary);

        AnsiConsole.Write(new Rule("[bold]right, and fast: 1 x 128 x 224 x 224[/]").LeftJustified());
        Compare();
        AnsiConsole.Write(new Rule("[bold]gradients[/]").LeftJustified());
        GradientCheck.Run();
        AnsiConsole.MarkupLine("\n[grey]Read the generated code: SeGen.Sample/obj/Release/net10.0/generated. Run real weights: --checkpoint FILE --input FILE.[/]");
    }

    private static void Compare()
    {
        var gate = new ChannelGate(seed: 1);
        var one = gate.ShareWeights();
        one.Threads = 1;
        int hidden = gate.Parameters["fc1.weight"].Shape[0];
        var plain = new PlainGate(gate.Parameters, ChannelGate.InputChannels, hidden);
        float[] x = Noise(ChannelGate.InputLength, seed: 2), y = new float[x.Length], expected = new float[x.Length];

        plain.Loops(x, expected);
        gate.Forward(x, y);
        double error = LargestDifference(expected, y);
        if (error > Tolerance)
            throw new SampleException($"The generated code is off by {error:e1}: please report this with the line \"{SeGenInfo.Summary}\".");

        AnsiConsole.MarkupLineInterpolated($"largest difference to the plain loops: [green]{error:e1}[/]\n");

        double[] times = Stopclock.Medians(
            () => plain.Loops(x, expected), () => plain.Primitives(x, expected), () => one.Forward(x, y), () => gate.Forward(x, y), () => x.CopyTo(y, 0));
        string[] names = ["plain loops", "TensorPrimitives", "SeGen, 1 thread", $"SeGen, {SeGenThreads.Degree} threads", "copying the tensor, 1 thread"];

        // The gate must read the tensor twice and write it once; a copy reads and writes it once.
        double megabytes = x.Length * sizeof(float) / 1e6;
        var table = new Table().AddColumns("", "ms", "GB/s", "times as fast as plain loops");
        for (int i = 0; i < names.Length; i++)
        {
            double bytes = (i == names.Length - 1 ? 2 : 3) * megabytes;
            table.AddRow(names[i], $"{times[i]:f2}", $"{bytes / times[i]:f1}", i == names.Length - 1 ? "" : $"{times[0] / times[i]:f1}");
        }

        AnsiConsole.Write(table);
    }

    public static float[] Noise(int length, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = random.NextSingle() * 2 - 1;

        return values;
    }

    public static double LargestDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double largest = 0;
        for (int i = 0; i < a.Length; i++)
            largest = Math.Max(largest, Math.Abs((double)a[i] - b[i]));

        return largest;
    }
}
