namespace SeGen.Tests.Numerics;

[SENetwork(3, Height = 16, Width = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 4)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class SmallNet;

[SENetwork(3, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 4)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class SmallNetAny;

[SENetwork(3, Height = 96, Width = 96, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, InferenceOnly = true)]
[Conv(16, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[SEResidual(128, Blocks = 2, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(100, Name = "fc")]
internal sealed partial class NarrowSEResNet18;

[SENetwork(3, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, InferenceOnly = true)]
[Conv(16, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 2, Stride = 2, Name = "layer3")]
[SEResidual(128, Blocks = 2, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(100, Name = "fc")]
internal sealed partial class NarrowSEResNet18Any;
