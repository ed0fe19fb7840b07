namespace SeGen.Benchmarks;

// Declared as the peers' modules are: C / 16 hidden, biases in both layers.
[SEBlock(Channels = 128, Height = 224, Width = 224)]
internal sealed partial class Gate128x224;

[SEBlock(Channels = 128, Height = 56, Width = 56)]
internal sealed partial class Gate128x56;

[SEBlock(Channels = 256, Height = 14, Width = 14)]
internal sealed partial class Gate256x14;

[SEBlock(Channels = 512, Height = 7, Width = 7)]
internal sealed partial class Gate512x7;

[SEBlock(Channels = 128, Height = 56, Width = 56, MaxBatch = 8)]
internal sealed partial class Gate128x56Batch8;

[SEBlock(Channels = 128, Height = 28, Width = 28, MaxBatch = 32)]
internal sealed partial class Gate128x28Batch32;

// The same without a size, to show what fixing it gains.
[SEBlock(Channels = 128)]
internal sealed partial class Gate128Any;

[SEBlock(Channels = 256)]
internal sealed partial class Gate256Any;

[SEBlock(Channels = 512)]
internal sealed partial class Gate512Any;

// What is trained besides the sample's networks: SE-ResNet-20, and a block on its own.
[SENetwork(3, Height = 32, Width = 32, Bias = SEBias.None, MaxBatch = 128)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 3, Name = "layer1")]
[SEResidual(32, Blocks = 3, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 3, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
internal sealed partial class SmallNet128;

[SEResidual(64, Height = 56, Width = 56, MaxBatch = 8)]
internal sealed partial class Block64x56;

// Residual blocks alone: C / 16 hidden, as in an SE-ResNet-18.
[SEResidual(64, Height = 56, Width = 56, InferenceOnly = true)]
internal sealed partial class Block64;

[SEResidual(128, Height = 28, Width = 28, InferenceOnly = true)]
internal sealed partial class Block128;

[SEResidual(256, Height = 14, Width = 14, InferenceOnly = true)]
internal sealed partial class Block256;

[SEResidual(512, Height = 7, Width = 7, InferenceOnly = true)]
internal sealed partial class Block512;

[SEResidual(128, InChannels = 64, Stride = 2, Height = 56, Width = 56, InferenceOnly = true)]
internal sealed partial class Block64To128;
