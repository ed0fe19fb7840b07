using SeGen.CompilerServices;

namespace SeGen.Cuda;

/// <summary>Where a module runs, as a policy says.</summary>
internal static class GpuChoice
{
    /// <summary>The module on a GPU, or on the CPU where the policy allows.</summary>
    public static GpuModule Create(IModule module, ModuleState state, GpuPolicy policy, int? device, Func<GpuContext, GpuModule> create)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (policy == GpuPolicy.Off)
            return new GpuFallback(state.Definition, module, "as GpuPolicy.Off says.");

        if (policy == GpuPolicy.Auto && GpuRuntime.Status != GpuStatus.Available)
            return new GpuFallback(state.Definition, module, GpuRuntime.StatusText);

        GpuContext context;
        try
        {
            context = GpuRuntime.Open(device);
        }
        catch (GpuException e) when (policy == GpuPolicy.Auto)
        {
            return new GpuFallback(state.Definition, module, e.Message);
        }

        // Where kernels cannot be compiled something is wrong that the CPU must not hide.
        return create(context);
    }
}
