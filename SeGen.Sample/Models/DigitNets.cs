namespace SeGen.Sample.Models;

/// <summary>For digits of 28 x 28: a convolution and three stages of one residual block.</summary>
[SENetwork(1, Height = 28, Width = 28, Reduction = 4, MaxBatch = 64, Emit = Emit.Cuda)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 1, Name = "layer1")]
[SEResidual(32, Blocks = 1, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 1, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
public sealed partial class DigitNet28;

/// <summary>For digits of 8 x 8: a convolution and two stages of two residual blocks.</summary>
[SENetwork(1, Height = 8, Width = 8, Reduction = 4, MaxBatch = 64, Emit = Emit.Cuda)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[GlobalAveragePool, Linear(10, Name = "fc")]
public sealed partial class DigitNet8;
