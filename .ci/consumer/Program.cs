// What a user's program does with the package: inference and training of gates and networks, a checkpoint. It prints a hash of all bits
// that it computed, so that two builds of it can be compared. For .NET 9, where only NativeAOT's settings are tried (.ci/aot), it has no
// networks: the code is the same, and gates alone are built in a third of the time.
using System;
using System.Diagnostics;
using System.IO;
using SeGen;

if (args is ["time"])
{
    Timing.Run();
    return;
}

var hash = new BitHash();
Run(new Gates.Fixed(seed: 1), 9, 11);
Run(new Gates.Any(seed: 2), 13, 7);
Run(new Gates.Constant(seed: 3), 5, 5);
#if NET10_0_OR_GREATER
RunNetwork(new Gates.Network(seed: 4), 20, 24);
RunNetwork(new Gates.NetworkAny(seed: 4), 19, 13);
#endif
Console.WriteLine($"vectors {SeGenInfo.VectorWidth}");
Console.WriteLine($"hash {hash.Value:x16}");

void Run(IGate gate, int height, int width)
{
    int channels = gate.Parameters["fc2.weight"].Shape[0], length = 2 * channels * height * width;
    float[] x = new float[length], y = new float[length], dy = new float[length], dx = new float[length], gates = new float[2 * channels];
    var random = new Random(7);
    for (int i = 0; i < length; i++)
        (x[i], dy[i]) = (random.NextSingle() * 2 - 1, random.NextSingle() * 2 - 1);

    gate.Forward(x, y, height, width);
    hash.Add(y);
    gate.Excite(x, gates, height, width);
    hash.Add(gates);
    gate.ForwardTraining(x, y, height, width);
    gate.Backward(dy, dx);
    hash.Add(dx);
    foreach (Parameter parameter in gate.Parameters)
        hash.Add(parameter.Gradient);

    string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    gate.SaveWeights(file, Naming.Linear);
    gate.Parameters["fc2.weight"].Write().Clear();
    gate.LoadWeights(file, Naming.Linear);
    File.Delete(file);
    gate.Forward(x, y, height, width);
    hash.Add(y);
}

#if NET10_0_OR_GREATER
void RunNetwork(IModule network, int height, int width)
{
    float[] x = new float[2 * 3 * height * width], y = new float[2 * 10];
    var random = new Random(8);
    for (int i = 0; i < x.Length; i++)
        x[i] = random.NextSingle() * 2 - 1;

    network.Forward(x, y, height, width);
    hash.Add(y);
    var optimizer = new SgdOptimizer(network.Parameters, 0.01f, 0.9f, nesterov: true);
    float[] dy = new float[y.Length], dx = new float[x.Length];
    for (int step = 0; step < 3; step++)
    {
        network.Parameters.ZeroGradients();
        network.ForwardTraining(x, y, height, width);
        new CrossEntropyLoss().Forward(y, new[] { 3, 8 }, dy);
        network.Backward(dy, dx);
        hash.Add(dx);
        optimizer.Step();
    }

    string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    network.SaveWeights(file);
    network.Parameters["fc.weight"].Write().Clear();
    network.LoadWeights(file);
    File.Delete(file);
    network.Forward(x, y, height, width);
    hash.Add(y);
}
#endif

namespace Gates
{
#if NET10_0_OR_GREATER
    [SENetwork(3, Height = 20, Width = 24, Reduction = 4, MaxBatch = 2)]
    [Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU, MaxPool(3, Stride = 2, Padding = 1)]
    [SEResidual(32, Stride = 2, Name = "layer1")]
    [InvertedResidual(24, Expand = 96, Kernel = 5, BlockActivation = Activation.HardSwish, Name = "layer2")]
    [SEResidual(32, Body = ResidualBody.RegNetY, Groups = 4, Name = "layer3")]
    [GlobalAveragePool, Dropout(0.2), Linear(10, Name = "fc")]
    internal sealed partial class Network;

    [SENetwork(3, Reduction = 4, MaxBatch = 2)]
    [Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU, MaxPool(3, Stride = 2, Padding = 1)]
    [SEResidual(32, Stride = 2, Name = "layer1")]
    [InvertedResidual(24, Expand = 96, Kernel = 5, BlockActivation = Activation.HardSwish, Name = "layer2")]
    [SEResidual(32, Body = ResidualBody.RegNetY, Groups = 4, Name = "layer3")]
    [GlobalAveragePool, Dropout(0.2), Linear(10, Name = "fc")]
    internal sealed partial class NetworkAny;
#endif

    [SEBlock(Channels = 40, Reduction = 4, Height = 9, Width = 11, MaxBatch = 2)]
    public sealed partial class Fixed;

    [SEBlock(Channels = 128, Height = 56, Width = 56)]
    internal sealed partial class Timed;

    [SEBlock(Channels = 70, Reduction = 8, MaxBatch = 2, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.SiLU)]
    internal sealed partial class Any;

    [SEBlock(Channels = 3, HiddenRule = HiddenRule.FloorAllowZero, MaxBatch = 2, Gate = Gate.HardSigmoid)]
    internal sealed partial class Constant;
}

internal sealed class BitHash
{
    public ulong Value { get; private set; } = 14695981039346656037;

    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            Value = unchecked((Value ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211);
    }
}

internal static class Timing
{
    /// <summary>The median of the calls of a forward pass of 1 x 128 x 56 x 56 on one thread.</summary>
    public static void Run()
    {
        var gate = new Gates.Timed { Threads = 1 };
        float[] x = new float[Gates.Timed.InputLength], y = new float[x.Length];
        double[] times = new double[2000];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            gate.Forward(x, y);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        Console.WriteLine($"{times[times.Length / 2]:f0} us");
    }
}
