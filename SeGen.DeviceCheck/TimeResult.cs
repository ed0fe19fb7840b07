namespace SeGen.DeviceCheck;

/// <summary>Median microseconds of a case, SeGen and PyTorch in turns.</summary>
/// <param name="Case">The case.</param>
/// <param name="Direction">Forward, or forward and backward.</param>
/// <param name="Temperature">Cold, after the caches were written over, or warm.</param>
/// <param name="Form">The kernels' form.</param>
/// <param name="Own">SeGen.</param>
/// <param name="Floor">Reading and writing every tensor once, at the bandwidth of a copy measured in the same run.</param>
/// <param name="Eager">PyTorch; null where it could not be timed.</param>
/// <param name="Graph">PyTorch in a CUDA graph, likewise.</param>
/// <param name="Compile">torch.compile, likewise.</param>
/// <param name="Remark">What PyTorch could not do.</param>
internal sealed record TimeResult(string Case, string Direction, string Temperature, string Form, double Own, double Floor, double? Eager, double? Graph, double? Compile, string Remark);
