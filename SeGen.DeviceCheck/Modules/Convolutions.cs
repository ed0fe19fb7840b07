namespace SeGen.DeviceCheck;

// Convolutions alone, as networks of one layer: what cuDNN is compared with.
[SENetwork(64, Height = 56, Width = 56, InferenceOnly = true, Emit = Emit.Cuda), Conv(64, Bias = false)]
internal sealed partial class Conv3x3;

[SENetwork(512, Height = 7, Width = 7, InferenceOnly = true, Emit = Emit.Cuda), Conv(512, Bias = false)]
internal sealed partial class Conv3x3Deep;

[SENetwork(64, Height = 56, Width = 56, InferenceOnly = true, Emit = Emit.Cuda), Conv(128, Stride = 2, Bias = false)]
internal sealed partial class Conv3x3Stride2;

[SENetwork(256, Height = 56, Width = 56, InferenceOnly = true, Emit = Emit.Cuda), Conv(64, Kernel = 1, Bias = false)]
internal sealed partial class Conv1x1;

[SENetwork(3, Height = 224, Width = 224, InferenceOnly = true, Emit = Emit.Cuda), Conv(64, Kernel = 7, Stride = 2, Bias = false)]
internal sealed partial class Conv7x7;

[SENetwork(128, Height = 56, Width = 56, InferenceOnly = true, Emit = Emit.Cuda), Conv(128, Groups = 32, Bias = false)]
internal sealed partial class Conv3x3Grouped;

[SENetwork(120, Height = 28, Width = 28, InferenceOnly = true, Emit = Emit.Cuda), Conv(120, Kernel = 5, Groups = 120, Bias = false)]
internal sealed partial class Conv5x5Depthwise;
