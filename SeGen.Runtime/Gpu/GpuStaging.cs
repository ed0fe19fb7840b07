namespace SeGen.Cuda;

/// <summary>A tensor that goes to the device and one that comes back, there and on the host, and the graph of the whole way.</summary>
internal sealed class GpuStaging(GpuContext context, int inputLength, int outputLength) : IDisposable
{
    private readonly CudaPinnedMemory _host = new(context.Device, Math.Max(inputLength, outputLength));

    public CudaMemory Input { get; } = new(context.Device, inputLength);

    public CudaMemory Output { get; } = new(context.Device, outputLength);

    /// <summary>The host's side of both, one after the other: what goes, then what has come back.</summary>
    public Span<float> Host => _host.Span;

    /// <summary>The copies and launches of a whole call, where they were written down.</summary>
    public CudaGraph? Graph { get; set; }

    /// <summary>Whether a call was made already: the second one is worth writing down.</summary>
    public bool HasRun { get; set; }

    public unsafe void Upload(CudaStream stream) => stream.Upload(Input.Address, _host.Start, Input.Length);

    public unsafe void Download(CudaStream stream) => stream.Download(_host.Start, Output.Address, Output.Length);

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        _host.Dispose();
        Graph?.Dispose();
    }
}
