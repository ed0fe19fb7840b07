namespace SeGen.Tests.Numerics;

[SENetwork(3, Height = 16, Width = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class SmallNet;

[SENetwork(3, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class SmallNetAny;

[SENetwork(3, Height = 96, Width = 96, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None)]
[Conv(16, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[SEResidual(128, Blocks = 2, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(100, Name = "fc")]
internal sealed partial class NarrowSEResNet18;

[SENetwork(3, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None)]
[Conv(16, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[SEResidual(128, Blocks = 2, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(100, Name = "fc")]
internal sealed partial class NarrowSEResNet18Any;

[SENetwork(3, Height = 224, Width = 224, Gate = Gate.HardSigmoid, Epsilon = 1e-3, Momentum = 0.01)]
[Conv(16, Stride = 2, Name = "features.0.0"), BatchNorm(Name = "features.0.1"), HardSwish]
[InvertedResidual(16, Expand = 16, Stride = 2, Hidden = 8, Name = "features.1")]
[InvertedResidual(24, Expand = 72, Stride = 2, Placement = SEPlacement.None, Name = "features.2")]
[InvertedResidual(24, Expand = 88, Placement = SEPlacement.None, Name = "features.3")]
[InvertedResidual(40, Expand = 96, Kernel = 5, Stride = 2, Hidden = 24, BlockActivation = Activation.HardSwish, Name = "features.4")]
[InvertedResidual(40, Expand = 240, Kernel = 5, Hidden = 64, BlockActivation = Activation.HardSwish, Name = "features.5")]
[InvertedResidual(40, Expand = 240, Kernel = 5, Hidden = 64, BlockActivation = Activation.HardSwish, Name = "features.6")]
[InvertedResidual(48, Expand = 120, Kernel = 5, Hidden = 32, BlockActivation = Activation.HardSwish, Name = "features.7")]
[InvertedResidual(48, Expand = 144, Kernel = 5, Hidden = 40, BlockActivation = Activation.HardSwish, Name = "features.8")]
[InvertedResidual(96, Expand = 288, Kernel = 5, Stride = 2, Hidden = 72, BlockActivation = Activation.HardSwish, Name = "features.9")]
[InvertedResidual(96, Expand = 576, Kernel = 5, Hidden = 144, BlockActivation = Activation.HardSwish, Name = "features.10")]
[InvertedResidual(96, Expand = 576, Kernel = 5, Hidden = 144, BlockActivation = Activation.HardSwish, Name = "features.11")]
[Conv(576, Kernel = 1, Name = "features.12.0"), BatchNorm(Name = "features.12.1"), HardSwish]
[GlobalAveragePool]
[Linear(1024, Name = "classifier.0"), HardSwish, Dropout(0.2), Linear(1000, Name = "classifier.3")]
internal sealed partial class MobileNetV3Small;

[SENetwork(3, Height = 224, Width = 224, Reduction = 4, HiddenRule = HiddenRule.RoundHalfEven)]
[Conv(32, Stride = 2, Name = "stem.0"), BatchNorm(Name = "stem.1"), ReLU]
[SEResidual(48, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 1, Groups = 6, Name = "trunk_output.block1")]
[SEResidual(104, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 3, Groups = 13, Name = "trunk_output.block2")]
[SEResidual(208, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 6, Groups = 26, Name = "trunk_output.block3")]
[SEResidual(440, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 6, Groups = 55, Name = "trunk_output.block4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
internal sealed partial class RegNetY400MF;
