namespace SeGen.Cuda.Networks;

/// <summary>A network's kernels on a device: those that any device has, and its products on tensor cores.</summary>
internal sealed class NetworkModules
{
    // Ampere.
    private const int LeastCapability = 80;

    /// <summary>Compiles.</summary>
    /// <param name="context">The device.</param>
    /// <param name="layers">The PTX of all kernels.</param>
    /// <param name="onTensorCores">That of the products for tensor cores; empty where there is none.</param>
    public NetworkModules(GpuContext context, ReadOnlySpan<byte> layers, ReadOnlySpan<byte> onTensorCores)
    {
        Layers = context.Module(layers);
        HasTensorCores = !onTensorCores.IsEmpty && context.Device.Capability >= LeastCapability && GpuSettings.TensorCores;
        Products = HasTensorCores ? context.Module(onTensorCores) : Layers;
    }

    public CudaModule Layers { get; }

    public CudaModule Products { get; }

    public bool HasTensorCores { get; }
}
