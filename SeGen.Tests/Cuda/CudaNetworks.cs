namespace SeGen.Tests.Cuda;

/// <summary>A small residual network: a stem with a maximum, blocks with gates, a projection, maps of odd sizes.</summary>
[SENetwork(3, Height = 22, Width = 20, Reduction = 4, MaxBatch = 2, Emit = Emit.Cuda)]
[Conv(16, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU, MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(24, Stride = 2, Name = "layer2")]
[GlobalAveragePool, Dropout(0.5), Linear(10, Name = "fc")]
public partial class CudaResidualNet;

/// <summary>Inverted residuals: depthwise convolutions of two sizes, gates that scale projections, several activations.</summary>
[SENetwork(3, Height = 16, Width = 16, MaxBatch = 2, Emit = Emit.Cuda)]
[Conv(8, Stride = 2), BatchNorm, HardSwish]
[InvertedResidual(8, Expand = 8, Hidden = 4, Gate = Gate.HardSigmoid)]
[InvertedResidual(12, Expand = 24, Kernel = 5, Stride = 2, Hidden = 8, Gate = Gate.HardSigmoid, BlockActivation = Activation.HardSwish)]
[InvertedResidual(12, Expand = 40, Hidden = 10, Activation = Activation.SiLU, BlockActivation = Activation.SiLU)]
[Conv(32, Kernel = 1, Bias = true), ReLU6, AveragePool(2, Padding = 1), Linear(7)]
public partial class CudaInvertedNet;

/// <summary>What else there is: groups, dilation, gates of maxima, of constants, in other places, layers without a norm, and norms without a convolution.</summary>
[SENetwork(4, Height = 9, Width = 9, MaxBatch = 3, Emit = Emit.Cuda)]
[BatchNorm, SiLU, Conv(12, Groups = 2, Dilation = 2, Padding = 2, Bias = true)]
[SEBlock(Hidden = 3, Squeeze = Squeeze.MeanMaxAverage), SEBlock(Hidden = 5, Squeeze = Squeeze.Max, Bias = SEBias.None)]
[SEBlock(HiddenRule = HiddenRule.FloorAllowZero, Reduction = 64)]
[SEResidual(12, Body = ResidualBody.Bottleneck, Hidden = 3, BaseWidth = 32, Groups = 4, Placement = SEPlacement.Pre)]
[SEResidual(16, Body = ResidualBody.RegNetY, Groups = 4, Stride = 2, Hidden = 4)]
[SEResidual(16, Placement = SEPlacement.Identity, Hidden = 4), SEResidual(16, Placement = SEPlacement.Post, Hidden = 4)]
[Conv(6, Kernel = 1), BatchNorm, Conv(12, Groups = 6), Conv(24, Groups = 12, Stride = 2, Bias = true)]
public partial class CudaOddNet;

/// <summary>A block alone.</summary>
[SEResidual(InChannels = 6, Channels = 10, Stride = 2, Hidden = 4, Height = 12, Width = 10, MaxBatch = 2, Emit = Emit.Cuda)]
public partial class CudaBlock;

/// <summary>A network that people train: SE-ResNet-20 on images of 32 x 32 (Hu et al. 2018, section 6.1).</summary>
[SENetwork(3, Height = 32, Width = 32, Bias = SEBias.None, Emit = Emit.Cuda)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 3, Name = "layer1")]
[SEResidual(32, Blocks = 3, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 3, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
public partial class CudaSEResNet20;

/// <summary>Without tensor cores.</summary>
[SENetwork(3, Height = 8, Width = 8, Precision = Precision.Strict, InferenceOnly = true, Emit = Emit.Cuda)]
[Conv(8), BatchNorm, ReLU, Conv(8), GlobalAveragePool, Linear(3)]
public partial class CudaStrictNet;

/// <summary>A batch norm over maps of two chunks, in batches of more chunks than a warp has lanes.</summary>
[SENetwork(2, Height = 40, Width = 40, MaxBatch = 17, Emit = Emit.Cuda)]
[Conv(4, Kernel = 1), BatchNorm(Name = "norm"), ReLU, GlobalAveragePool, Linear(3)]
public partial class CudaNormNet;
