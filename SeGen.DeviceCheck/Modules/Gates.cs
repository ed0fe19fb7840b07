namespace SeGen.DeviceCheck;

// The four shapes that are timed.
[SEBlock(Channels = 128, Reduction = 16, Height = 224, Width = 224, Emit = Emit.Cuda)]
internal sealed partial class Gate128x224;

[SEBlock(Channels = 128, Reduction = 16, Height = 56, Width = 56, Emit = Emit.Cuda)]
internal sealed partial class Gate128x56;

[SEBlock(Channels = 256, Reduction = 16, Height = 56, Width = 56, MaxBatch = 32, Emit = Emit.Cuda)]
internal sealed partial class Gate256x56;

[SEBlock(Channels = 512, Reduction = 16, Height = 7, Width = 7, MaxBatch = 256, Emit = Emit.Cuda)]
internal sealed partial class Gate512x7;

// And others, of which every setting and every kind of size is one.
[SEBlock(Channels = 20, Hidden = 6, Height = 8, Width = 8, MaxBatch = 5, Bias = SEBias.None, Squeeze = Squeeze.Max, Activation = Activation.SiLU, Emit = Emit.Cuda)]
internal sealed partial class MaxGate;

[SEBlock(Channels = 36, Hidden = 40, Height = 13, Width = 7, MaxBatch = 3, Bias = SEBias.SecondOnly, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.HardSwish, Gate = Gate.HardSigmoid, Emit = Emit.Cuda)]
internal sealed partial class RaggedGate;

[SEBlock(Channels = 3, Hidden = 1, Height = 91, Width = 93, MaxBatch = 2, Bias = SEBias.FirstOnly, Activation = Activation.ReLU6, Emit = Emit.Cuda)]
internal sealed partial class OddGate;

[SEBlock(Channels = 5, HiddenRule = HiddenRule.FloorAllowZero, Height = 48, Width = 48, MaxBatch = 2, Emit = Emit.Cuda)]
internal sealed partial class ConstantGate;

[SEBlock(Channels = 96, Height = 64, Width = 64, MaxBatch = 4, Emit = Emit.Cuda)]
internal sealed partial class Gate96x64;

[SEBlock(Channels = 24, Hidden = 8, MaxBatch = 3, Activation = Activation.Identity, Emit = Emit.Cuda)]
internal sealed partial class AnyGate;
