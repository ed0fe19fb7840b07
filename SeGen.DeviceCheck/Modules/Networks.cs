namespace SeGen.DeviceCheck;

// Small ones, of which every layer and every kind of size is one.
[SENetwork(3, Height = 22, Width = 20, Reduction = 4, MaxBatch = 2, Emit = Emit.Cuda)]
[Conv(16, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU, MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(16, Blocks = 2, Name = "layer1"), SEResidual(24, Stride = 2, Name = "layer2")]
[GlobalAveragePool, Dropout(0.5), Linear(10, Name = "fc")]
internal sealed partial class ResidualNet;

[SENetwork(3, Height = 16, Width = 16, MaxBatch = 2, Emit = Emit.Cuda)]
[Conv(8, Stride = 2), BatchNorm, HardSwish]
[InvertedResidual(12, Expand = 24, Kernel = 5, Stride = 2, Hidden = 8, Gate = Gate.HardSigmoid, BlockActivation = Activation.HardSwish)]
[InvertedResidual(12, Expand = 40, Hidden = 10, Activation = Activation.SiLU, BlockActivation = Activation.SiLU)]
[SEBlock(Hidden = 3, Squeeze = Squeeze.MeanMaxAverage), Conv(32, Groups = 2, Dilation = 2, Padding = 2, Bias = true), ReLU6, AveragePool(2, Padding = 1), Linear(7)]
internal sealed partial class InvertedNet;

// And real ones.
[SENetwork(3, Height = 32, Width = 32, Bias = SEBias.None, MaxBatch = 128, Emit = Emit.Cuda)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 3, Name = "layer1"), SEResidual(32, Blocks = 3, Stride = 2, Name = "layer2"), SEResidual(64, Blocks = 3, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class SEResNet20;

[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, MaxBatch = 4, Emit = Emit.Cuda)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU, MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(64, Blocks = 2, Name = "layer1"), SEResidual(128, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(256, Blocks = 2, Stride = 2, Name = "layer3"), SEResidual(512, Blocks = 2, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
internal sealed partial class SEResNet18;
