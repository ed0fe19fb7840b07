namespace SeGen.Sample;

/// <summary>The block of the demonstration: everything about it is known when the project is built.</summary>
[SEBlock(Channels = 128, Reduction = 16, Height = 224, Width = 224)]
public partial class ChannelGate;

/// <summary>The same for --gpu: kernels for NVIDIA GPUs stand beside the code for the CPU.</summary>
[SEBlock(Channels = 128, Reduction = 16, Height = 224, Width = 224, Emit = Emit.Cuda)]
public partial class GpuGate;

/// <summary>A small one, for the gradient check.</summary>
[SEBlock(Channels = 12, Reduction = 3, Height = 5, Width = 7, MaxBatch = 2, Activation = Activation.SiLU)]
public partial class SmallGate;

// Blocks of any size for --checkpoint: the one whose weights have the file's shapes is used.
[SEBlock(Channels = 128, Reduction = 16)]
internal sealed partial class Gate128;

[SEBlock(Channels = 64, Reduction = 16)]
internal sealed partial class Gate64;

[SEBlock(Channels = 64, Reduction = 16, Bias = SEBias.SecondOnly)]
internal sealed partial class Gate64SecondBias;

[SEBlock(Channels = 64, Reduction = 16, Bias = SEBias.None)]
internal sealed partial class Gate64NoBias;

[SEBlock(Channels = 32, Reduction = 16)]
internal sealed partial class Gate32;

[SEBlock(Channels = 20, Reduction = 3)]
internal sealed partial class Gate20;

[SEBlock(Channels = 256, Reduction = 16)]
internal sealed partial class Gate256;

[SEBlock(Channels = 512, Reduction = 16)]
internal sealed partial class Gate512;
