#pragma warning disable SEGEN016 // Squeeze.SumOverHPlusW is one of the cases
namespace SeGen.Tests.Numerics;

[SEResidual(16, Body = ResidualBody.Conv, Shortcut = Shortcut.None, Reduction = 2, Height = 12, Width = 10, MaxBatch = 2)]
internal sealed partial class ConvGate16;

[SEResidual(16, Body = ResidualBody.Conv, Shortcut = Shortcut.None, Reduction = 2, MaxBatch = 4)]
internal sealed partial class ConvGate16Any;

[SEResidual(16, Body = ResidualBody.Conv, Reduction = 2, Height = 12, Width = 10, MaxBatch = 2)]
internal sealed partial class ConvGate16Skip;

[SEResidual(16, Body = ResidualBody.Conv, Reduction = 2, MaxBatch = 4)]
internal sealed partial class ConvGate16SkipAny;

[SEResidual(16, Body = ResidualBody.Conv, Shortcut = Shortcut.None, Reduction = 2, Squeeze = Squeeze.SumOverHPlusW, Height = 12, Width = 10, MaxBatch = 2)]
internal sealed partial class ConvGate16Perimeter;

[SEResidual(16, Body = ResidualBody.Conv, Shortcut = Shortcut.None, Reduction = 2, Squeeze = Squeeze.SumOverHPlusW, MaxBatch = 4)]
internal sealed partial class ConvGate16PerimeterAny;

[SEResidual(16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 14, Width = 14, MaxBatch = 2)]
internal sealed partial class Residual16;

[SEBlock(HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None)]
[SEResidual(16, MaxBatch = 4)]
internal sealed partial class Residual16Any;

[SEResidual(32, InChannels = 16, Stride = 2, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 14, Width = 14, MaxBatch = 2)]
internal sealed partial class Residual16To32;

[SEResidual(32, InChannels = 16, Stride = 2, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 4)]
internal sealed partial class Residual16To32Any;

[SEResidual(40, InChannels = 24, Stride = 2, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 7, Width = 9, MaxBatch = 2)]
internal sealed partial class Residual24To40;

[SEResidual(40, InChannels = 24, Stride = 2, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 4)]
internal sealed partial class Residual24To40Any;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.None, Height = 8, Width = 8, MaxBatch = 2)]
internal sealed partial class ResidualPlain;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.None, MaxBatch = 4)]
internal sealed partial class ResidualPlainAny;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.Pre, Reduction = 4, Bias = SEBias.None, Height = 8, Width = 10, MaxBatch = 2)]
internal sealed partial class ResidualPre;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.Pre, Reduction = 4, Bias = SEBias.None, MaxBatch = 4)]
internal sealed partial class ResidualPreAny;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.Post, Reduction = 4, Bias = SEBias.None, Height = 8, Width = 10, MaxBatch = 2)]
internal sealed partial class ResidualPost;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.Post, Reduction = 4, Bias = SEBias.None, MaxBatch = 4)]
internal sealed partial class ResidualPostAny;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.Identity, Reduction = 4, Bias = SEBias.None, Height = 8, Width = 10, MaxBatch = 2)]
internal sealed partial class ResidualIdentity;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.Identity, Reduction = 4, Bias = SEBias.None, MaxBatch = 4)]
internal sealed partial class ResidualIdentityAny;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.InnerConv, Reduction = 4, Bias = SEBias.None, Height = 8, Width = 10, MaxBatch = 2)]
internal sealed partial class ResidualInner;

[SEResidual(32, InChannels = 16, Stride = 2, Placement = SEPlacement.InnerConv, Reduction = 4, Bias = SEBias.None, MaxBatch = 4)]
internal sealed partial class ResidualInnerAny;

[SEResidual(64, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 28, Width = 28, InferenceOnly = true)]
internal sealed partial class Residual64;

[SEResidual(64, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, InferenceOnly = true)]
internal sealed partial class Residual64Any;

[SEResidual(128, InChannels = 64, Stride = 2, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 28, Width = 28, InferenceOnly = true)]
internal sealed partial class Residual64To128;

[SEResidual(128, InChannels = 64, Stride = 2, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, InferenceOnly = true)]
internal sealed partial class Residual64To128Any;

[SEResidual(64, Body = ResidualBody.Bottleneck, Height = 8, Width = 8, MaxBatch = 2)]
internal sealed partial class Bottleneck64;

[SEResidual(64, Body = ResidualBody.Bottleneck, MaxBatch = 4)]
internal sealed partial class Bottleneck64Any;

[SEResidual(128, InChannels = 64, Stride = 2, Body = ResidualBody.Bottleneck, Groups = 8, BaseWidth = 8, Height = 8, Width = 8, MaxBatch = 2)]
internal sealed partial class BottleneckGroups;

[SEResidual(128, InChannels = 64, Stride = 2, Body = ResidualBody.Bottleneck, Groups = 8, BaseWidth = 8, MaxBatch = 4)]
internal sealed partial class BottleneckGroupsAny;

[InvertedResidual(24, InChannels = 16, Expand = 64, Kernel = 5, Stride = 2, BlockActivation = Activation.HardSwish, Hidden = 16, Gate = Gate.HardSigmoid, Epsilon = 1e-3, Height = 14, Width = 14, MaxBatch = 2)]
internal sealed partial class InvertedMobile;

[InvertedResidual(24, InChannels = 16, Expand = 64, Kernel = 5, Stride = 2, BlockActivation = Activation.HardSwish, Hidden = 16, Gate = Gate.HardSigmoid, Epsilon = 1e-3, MaxBatch = 4)]
internal sealed partial class InvertedMobileAny;

[InvertedResidual(16, Expand = 96, BlockActivation = Activation.SiLU, Hidden = 4, Activation = Activation.SiLU, Epsilon = 1e-3, Height = 10, Width = 10, MaxBatch = 2)]
internal sealed partial class InvertedEfficient;

[InvertedResidual(16, Expand = 96, BlockActivation = Activation.SiLU, Hidden = 4, Activation = Activation.SiLU, Epsilon = 1e-3, MaxBatch = 4)]
internal sealed partial class InvertedEfficientAny;
