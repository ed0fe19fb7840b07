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
