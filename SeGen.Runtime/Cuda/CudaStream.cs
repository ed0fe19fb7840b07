using System.Globalization;

namespace SeGen.Cuda;

/// <summary>What a device does in order: copies, launches, recorded times.</summary>
internal sealed unsafe class CudaStream : CudaHandle
{
    private const uint NonBlocking = 1;

    private const int ThreadLocalCapture = 1;

    private bool _isCapturing;

    /// <summary>A stream that waits for no other.</summary>
    /// <exception cref="GpuException">It cannot be created.</exception>
    public CudaStream(CudaDevice device)
        : base(device)
    {
        device.MakeCurrent();
        nint stream;
        device.Check(Driver.StreamCreate(&stream, NonBlocking), "cuStreamCreate", "Creating a stream");
        Own(stream);
    }

    /// <summary>Copies floats to the device.</summary>
    public void Upload(ulong to, void* from, long floats)
        => Check(
            Driver.MemcpyHtoDAsync(to, from, (nuint)floats * sizeof(float), handle), "cuMemcpyHtoDAsync_v2",
            "Copying {0} floats to the device", floats);

    /// <summary>Copies floats from the device.</summary>
    public void Download(void* to, ulong from, long floats)
        => Check(
            Driver.MemcpyDtoHAsync(to, from, (nuint)floats * sizeof(float), handle), "cuMemcpyDtoHAsync_v2",
            "Copying {0} floats from the device", floats);

    /// <summary>Copies floats within the device.</summary>
    public void Copy(ulong to, ulong from, long floats)
        => Check(
            Driver.MemcpyDtoDAsync(to, from, (nuint)floats * sizeof(float), handle), "cuMemcpyDtoDAsync_v2",
            "Copying {0} floats on the device", floats);

    /// <summary>Writes zeros.</summary>
    public void Clear(ulong at, long words)
        => Check(Driver.MemsetD32Async(at, 0, (nuint)words, handle), "cuMemsetD32Async", "Clearing {0} words", words);

    /// <summary>Launches a kernel.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="dynamicShared">Bytes of the shared memory whose length comes with the launch.</param>
    /// <param name="arguments">Where the value of each parameter stands.</param>
    /// <param name="isCooperative">Whether its blocks wait for each other.</param>
    /// <exception cref="GpuException">It was not launched.</exception>
    public void Launch(CudaFunction function, GpuGrid grid, uint threads, uint dynamicShared, void** arguments, bool isCooperative = false)
    {
        int code = isCooperative
            ? Driver.LaunchCooperativeKernel(
                function.Handle, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, threads, 1, 1, dynamicShared, handle, arguments)
            : Driver.LaunchKernel(
                function.Handle, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, threads, 1, 1, dynamicShared, handle, arguments, null);
        if (code != 0)
            Device.Check(
                code, isCooperative ? "cuLaunchCooperativeKernel" : "cuLaunchKernel",
                $"Launching {function.Name} with {grid} blocks of {threads} threads and {dynamicShared} bytes of shared memory",
                function.Name);

        if (GpuSettings.IsSynchronous && !_isCapturing && Driver.StreamSynchronize(handle) is not 0 and int failure)
            Device.Check(failure, "cuStreamSynchronize", $"Running {function.Name}", function.Name);
    }

    /// <summary>Waits until all is done.</summary>
    /// <exception cref="GpuException">A kernel failed while it ran.</exception>
    public void Synchronize() => Device.Check(Driver.StreamSynchronize(handle), "cuStreamSynchronize", "Waiting for kernels");

    /// <summary>From here on launches are written down instead of run.</summary>
    public void BeginCapture()
    {
        Device.Check(Driver.StreamBeginCapture(handle, ThreadLocalCapture), "cuStreamBeginCapture_v2", "Capturing a graph");
        _isCapturing = true;
    }

    /// <summary>What was written down, ready to be run again and again.</summary>
    public CudaGraph EndCapture()
    {
        _isCapturing = false;
        nint graph;
        Device.Check(Driver.StreamEndCapture(handle, &graph), "cuStreamEndCapture", "Capturing a graph");
        try
        {
            return new CudaGraph(Device, graph);
        }
        finally
        {
            _ = Driver.GraphDestroy(graph);
        }
    }

    /// <summary>Runs what was captured.</summary>
    public void Launch(CudaGraph graph) => Device.Check(Driver.GraphLaunch(graph.Executable, handle), "cuGraphLaunch", "Launching a graph");

    /// <summary>Notes when the device comes here.</summary>
    public void Record(CudaEvent @event) => Device.Check(Driver.EventRecord(@event.Handle, handle), "cuEventRecord", "Recording an event");

    /// <summary>The text is made where it is needed: calls that succeed allocate nothing.</summary>
    private void Check(int code, string call, string what, long count)
    {
        if (code != 0)
            Device.Check(code, call, string.Format(CultureInfo.InvariantCulture, what, count));
    }

    protected override void Destroy() => _ = Driver.StreamDestroy(handle);
}
