namespace SeGen.Tests.Cuda;

/// <summary>Warps with whole vectors.</summary>
[SEBlock(Channels = 20, Hidden = 6, Height = 8, Width = 8, MaxBatch = 3, Emit = Emit.Cuda)]
public partial class CudaWarpGate;

/// <summary>Small ragged maps: a block may have an image.</summary>
[SEBlock(Channels = 12, Hidden = 40, Height = 7, Width = 7, MaxBatch = 4, Squeeze = Squeeze.MeanMaxAverage, Activation = Activation.SiLU, Emit = Emit.Cuda)]
public partial class CudaRaggedGate;

/// <summary>A block for a channel, in parts.</summary>
#pragma warning disable SEGEN016 // Divided by height + width: meant.
[SEBlock(Channels = 4, Hidden = 2, Height = 96, Width = 96, MaxBatch = 2, Bias = SEBias.None, Squeeze = Squeeze.SumOverHPlusW, Gate = Gate.HardSigmoid, Emit = Emit.Cuda)]
public partial class CudaPartsGate;
#pragma warning restore SEGEN016

/// <summary>Any size.</summary>
[SEBlock(Channels = 6, Hidden = 3, MaxBatch = 3, Squeeze = Squeeze.Max, Emit = Emit.Cuda)]
public partial class CudaOpenGate;

/// <summary>No hidden layer: a constant gate.</summary>
[SEBlock(Channels = 5, HiddenRule = HiddenRule.FloorAllowZero, Height = 4, Width = 4, MaxBatch = 2, Emit = Emit.Cuda)]
public partial class CudaConstantGate;

/// <summary>No way back.</summary>
[SEBlock(Channels = 4, Hidden = 2, Height = 4, Width = 4, InferenceOnly = true, Emit = Emit.Cuda)]
public partial class CudaInferenceGate;
