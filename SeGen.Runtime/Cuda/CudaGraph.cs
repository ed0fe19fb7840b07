namespace SeGen.Cuda;

/// <summary>Launches that run as one.</summary>
internal sealed unsafe class CudaGraph : CudaHandle
{
    public CudaGraph(CudaDevice device, nint captured)
        : base(device)
    {
        nint executable;
        device.Check(Driver.GraphInstantiate(&executable, captured, 0), "cuGraphInstantiateWithFlags", "Preparing a graph");
        Own(executable);
    }

    public nint Executable => handle;

    protected override void Destroy() => _ = Driver.GraphExecDestroy(handle);
}
