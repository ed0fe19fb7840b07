using SeGen.Tests.Support;

namespace SeGen.Tests.Training;

[SENetwork(1, Height = 12, Width = 12, Reduction = 4, Bias = SEBias.None, MaxBatch = 16)]
[Conv(8, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(8, Blocks = 1, Name = "layer1")]
[SEResidual(16, Blocks = 1, Stride = 2, Name = "layer2")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class TrajectoryNet;

/// <summary>
/// Eight steps of a network as PyTorch went them: its losses, its weights at the end.
/// </summary>
[Trait("Category", "Golden")]
[Trait("Category", "Numeric")]
public class OptimizerTrajectoryTests
{
    private const double LossTolerance = 1e-4, WeightTolerance = 1e-3;

    [GoldenTheory]
    [InlineData("optim-sgd")]
    [InlineData("optim-sgd-nesterov")]
    [InlineData("optim-adam")]
    [InlineData("optim-adamw")]
    public void Steps_are_those_of_PyTorch(string name)
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Goldens.Case(name));
        Assert.True(golden.TryGet("target", out TensorInfo? target));
        var network = new TrajectoryNet();
        network.LoadWeights(Goldens.Weights(name), Naming.Excitation);
        Optimizer optimizer = name switch
        {
            "optim-sgd" => new SgdOptimizer(network.Parameters, 0.1f),
            "optim-sgd-nesterov" => new SgdOptimizer(network.Parameters, 0.05f, 0.9f, weightDecay: 1e-4f, nesterov: true),
            "optim-adam" => new AdamOptimizer(network.Parameters, 1e-2f),
            _ => new AdamWOptimizer(network.Parameters, 1e-2f, weightDecay: 0.05f),
        };
        float[] input = golden.ReadSingles("input"), losses = golden.ReadSingles("losses");
        int[] targets = Integers(Goldens.Case(name), target);
        foreach (float loss in losses)
            Assert.Equal(loss, Step(network, optimizer, input, targets), LossTolerance);

        foreach (Parameter parameter in network.Parameters)
            Close.AssertEqual(golden.ReadSingles("after." + BlockNames.Translate(parameter.Spec, Naming.Excitation)), parameter.Values, WeightTolerance, parameter.Name);
    }

    private static float Step(TrajectoryNet network, Optimizer optimizer, float[] input, int[] targets)
    {
        float[] logits = new float[targets.Length * TrajectoryNet.OutputLength], gradient = new float[logits.Length];
        network.Parameters.ZeroGradients();
        network.ForwardTraining(input, logits);
        float loss = new CrossEntropyLoss().Forward(logits, targets, gradient);
        network.Backward(gradient, []);
        optimizer.Step();
        return loss;
    }

    /// <summary>A tensor of 64-bit integers, which the product reads only where it is a scalar.</summary>
    private static int[] Integers(string path, TensorInfo tensor)
    {
        Assert.Equal(TensorType.I64, tensor.Type);
        byte[] file = File.ReadAllBytes(path);
        ReadOnlySpan<byte> bytes = file.AsSpan((int)tensor.Offset + 8 + (int)BitConverter.ToUInt64(file), (int)tensor.ByteLength);
        return [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(bytes.ToArray()).ToArray().Select(v => (int)v)];
    }
}
