namespace SeGen.Tests.Campaigns;

/// <summary>
/// A program that does everything at once for as long as it is told. About every interval it collects all garbage and writes a line: seconds
/// since its start, rounds, the process's resident memory and the managed memory that is alive, both in bytes.
/// </summary>
internal static class SoakProgram
{
    public const string Source = """
        using System;
        using System.Diagnostics;
        using System.Globalization;
        using System.IO;
        using SeGen;
        using Soak;

        string folder = args[0], gatePath = Path.Combine(folder, "gate.safetensors"), netPath = Path.Combine(folder, "net.safetensors");
        double seconds = double.Parse(args[1], CultureInfo.InvariantCulture), interval = double.Parse(args[2], CultureInfo.InvariantCulture);
        var net = new SoakedNet(1) { Threads = 2 };
        var gate = new SoakedGate(1);
        var block = new SoakedBlock(1) { Threads = 2 };
        var optimizer = new SgdOptimizer(net.Parameters, 1e-6f, 0.9f);
        float[] x = Normal(4 * SoakedNet.InputLength), y = new float[4 * SoakedNet.OutputLength];
        float[] g = Normal(5 * SoakedGate.InputLength), b = Normal(3 * SoakedBlock.InputLength);
        float[] output = new float[3 * SoakedBlock.OutputLength], inner = new float[3 * SoakedBlock.OutputLength];
        bool isInside = false;
        ((IGatedModule)block).GateObserver = (_, _) =>
        {
            if (isInside)
                return;

            isInside = true;
            block.Forward(b, inner);
            isInside = false;
        };
        var clock = Stopwatch.StartNew();
        double last = 0;
        long rounds = 0;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (int i = 0; i < 20; i++, rounds++)
            {
                net.Parameters.ZeroGradients();
                net.ForwardTraining(x, y);
                net.Backward(y, []);
                optimizer.Step();
                net.Forward(x, y);
                gate.Forward(g, g);
                g.AsSpan().Fill(0.5f);
                block.Forward(b, output);
            }

            gate.SaveWeights(gatePath);
            gate.LoadWeights(gatePath);
            gate.LoadWeights(File.ReadAllBytes(gatePath));
            net.SaveWeights(netPath, Naming.SeGen, WeightType.BF16);
            using (FileStream stream = File.OpenRead(netPath))
                net.LoadWeights(stream);

            SoakedNet.Load(netPath, release: true).Forward(x, y);
            SoakedGate.Load(gatePath, release: true).Forward(g, g);
            new SoakedBlock(2).ForwardTraining(b, output);
            try
            {
                gate.LoadWeights(netPath);
            }
            catch (CheckpointException)
            {
            }

            if (clock.Elapsed.TotalSeconds - last < interval)
                continue;

            // What a collection would free is no leak, nor what the collector keeps for later; what is left without both is.
            last = clock.Elapsed.TotalSeconds;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            using Process process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{last:f1} {rounds} {process.WorkingSet64} {GC.GetTotalMemory(false)}"));
        }

        static float[] Normal(int length)
        {
            var random = new Random(length);
            float[] values = new float[length];
            for (int i = 0; i < length; i++)
                values[i] = random.NextSingle() - 0.5f;

            return values;
        }

        namespace Soak
        {
            [SENetwork(3, Height = 12, Width = 12, Reduction = 4, MaxBatch = 4)]
            [Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), SiLU]
            [SEResidual(32, Stride = 2, Name = "layer1"), Dropout(0.25)]
            [GlobalAveragePool, Linear(5, Name = "fc")]
            internal sealed partial class SoakedNet;

            [SEBlock(Channels = 96, Reduction = 4, Height = 9, Width = 9, MaxBatch = 2)]
            internal sealed partial class SoakedGate;

            [SEResidual(32, Reduction = 4, Height = 8, Width = 8, MaxBatch = 4)]
            internal sealed partial class SoakedBlock;
        }
        """;
}
