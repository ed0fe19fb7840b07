namespace SeGen.DeviceCheck;

/// <summary>Median microseconds of a case, SeGen and PyTorch in turns.</summary>
/// <param name="Case">The case.</param>
/// <param name="What">Forward, inference, a training step.</param>
/// <param name="Products">TF32 or fp32, in SeGen and PyTorch alike; empty where there are no convolutions.</param>
/// <param name="Temperature">Cold, after the caches were written over, or warm.</param>
/// <param name="Form">What ran.</param>
/// <param name="Own">SeGen.</param>
/// <param name="Floor">Where the caches are cold: reading and writing every tensor that must be once, at the bandwidth of a copy measured in the same run; else null.</param>
/// <param name="TeraFlops">Multiplications and additions of a convolution that SeGen does in a second, in units of 10^12; null where it is none.</param>
/// <param name="Eager">PyTorch; null where it could not be timed.</param>
/// <param name="Graph">PyTorch in a CUDA graph, likewise.</param>
/// <param name="ChannelsLast">The same with channels behind pixels, as cuDNN likes them, likewise.</param>
/// <param name="Compile">torch.compile, likewise.</param>
/// <param name="Remark">What PyTorch could not do.</param>
internal sealed record TimeResult(
    string Case, string What, string Products, string Temperature, string Form, double Own, double? Floor, double? TeraFlops, double? Eager, double? Graph, double? ChannelsLast, double? Compile, string Remark);
