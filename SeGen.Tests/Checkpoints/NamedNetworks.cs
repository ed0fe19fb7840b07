namespace SeGen.Tests.Checkpoints;

// Networks with every kind of block, small enough to compare every value.
[SENetwork(3, Height = 4, Width = 4, Reduction = 4, InferenceOnly = true)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 2, Name = "layer1")]
[SEResidual(32, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer2")]
[SEBlock(Name = "gate")]
[GlobalAveragePool, Linear(5, Name = "fc")]
internal sealed partial class NamedResiduals;

[SENetwork(3, Height = 4, Width = 4, Reduction = 4, InferenceOnly = true)]
[Conv(16, Name = "stem.0"), BatchNorm(Name = "stem.1"), HardSwish]
[InvertedResidual(16, Expand = 16, Name = "features.1")]
[InvertedResidual(16, Expand = 32, Name = "features.2")]
[InvertedResidual(16, Expand = 32, Placement = SEPlacement.None, Name = "features.3")]
[InvertedResidual(16, Expand = 16, Placement = SEPlacement.None, Name = "features.4")]
[GlobalAveragePool, Linear(5, Name = "classifier")]
internal sealed partial class NamedInverted;

[SENetwork(3, Height = 4, Width = 4, Reduction = 4, InferenceOnly = true)]
[Conv(16, Name = "stem.0"), BatchNorm(Name = "stem.1"), ReLU]
[SEResidual(32, Body = ResidualBody.RegNetY, Stride = 2, Blocks = 2, Groups = 2, Name = "trunk_output.block1")]
[GlobalAveragePool, Linear(5, Name = "fc")]
internal sealed partial class NamedRegNet;

[SENetwork(3, Height = 4, Width = 4, Reduction = 4, InferenceOnly = true)]
[SEResidual(16, Body = ResidualBody.Conv, Shortcut = Shortcut.None, Name = "stage1")]
[SEResidual(16, Body = ResidualBody.Conv, Name = "stage2")]
[SEBlock(Name = "gate")]
[GlobalAveragePool, Linear(5, Name = "fc")]
internal sealed partial class NamedConvGates;
