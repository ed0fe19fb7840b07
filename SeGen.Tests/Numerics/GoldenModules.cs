namespace SeGen.Tests.Numerics;

// The golden cases of the block, each with its size fixed and with any size.
[SEBlock(Channels = 128, Reduction = 16, Height = 14, Width = 14, MaxBatch = 2)]
internal sealed partial class Bias128;

[SEBlock(Channels = 128, Reduction = 16, MaxBatch = 2)]
internal sealed partial class Bias128Any;

[SEBlock(Channels = 32, Reduction = 16, Height = 7, Width = 7, MaxBatch = 3)]
internal sealed partial class Bias32;

[SEBlock(Channels = 32, Reduction = 16, MaxBatch = 3)]
internal sealed partial class Bias32Any;

[SEBlock(Channels = 20, Reduction = 3, Height = 5, Width = 9)]
internal sealed partial class Bias20;

[SEBlock(Channels = 20, Reduction = 3)]
internal sealed partial class Bias20Any;

[SEBlock(Channels = 64, Reduction = 16, Bias = SEBias.SecondOnly, Height = 9, Width = 9, MaxBatch = 2)]
internal sealed partial class SecondBias64;

[SEBlock(Channels = 64, Reduction = 16, Bias = SEBias.SecondOnly, MaxBatch = 2)]
internal sealed partial class SecondBias64Any;

[SEBlock(Channels = 3, Reduction = 16, HiddenRule = HiddenRule.FloorAllowZero, Bias = SEBias.SecondOnly, Height = 32, Width = 32)]
internal sealed partial class Hidden0;

[SEBlock(Channels = 3, Reduction = 16, HiddenRule = HiddenRule.FloorAllowZero, Bias = SEBias.SecondOnly)]
internal sealed partial class Hidden0Any;

[SEBlock(Channels = 64, Reduction = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 8, Width = 8, MaxBatch = 2)]
internal sealed partial class NoBias64;

[SEBlock(Channels = 64, Reduction = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 2)]
internal sealed partial class NoBias64Any;

[SEBlock(Channels = 8, Reduction = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 6, Width = 5, MaxBatch = 2)]
internal sealed partial class NoBias8;

[SEBlock(Channels = 8, Reduction = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 2)]
internal sealed partial class NoBias8Any;

[SEBlock(Channels = 1, Reduction = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, Height = 4, Width = 4, MaxBatch = 2)]
internal sealed partial class NoBias1;

[SEBlock(Channels = 1, Reduction = 16, HiddenRule = HiddenRule.HalfIfSmall, Bias = SEBias.None, MaxBatch = 2)]
internal sealed partial class NoBias1Any;

[SEBlock(Channels = 24, Reduction = 4, Squeeze = Squeeze.Max, Height = 7, Width = 9, MaxBatch = 2)]
internal sealed partial class Max24;

[SEBlock(Channels = 24, Reduction = 4, Squeeze = Squeeze.Max, MaxBatch = 2)]
internal sealed partial class Max24Any;

[SEBlock(Channels = 24, Reduction = 4, Squeeze = Squeeze.MeanMaxAverage, Height = 7, Width = 9, MaxBatch = 2)]
internal sealed partial class MeanMax24;

[SEBlock(Channels = 24, Reduction = 4, Squeeze = Squeeze.MeanMaxAverage, MaxBatch = 2)]
internal sealed partial class MeanMax24Any;
