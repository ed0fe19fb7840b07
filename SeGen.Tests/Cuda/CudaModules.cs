using System.Reflection;
using SeGen.CompilerServices;

namespace SeGen.Tests.Cuda;

/// <summary>The kernels that stand behind a module's CreateCuda.</summary>
internal static class CudaModules
{
    /// <summary>The PTX of a network's training.</summary>
    public static ReadOnlySpan<byte> Training<T>()
    {
        Type kernels = typeof(T).Assembly.GetTypes().Single(t => t.IsSubclassOf(typeof(NetworkKernels)) && t.Name.EndsWith($"__{typeof(T).Name}Cuda", StringComparison.Ordinal));
        return ((NetworkKernels)kernels.GetField("Instance", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!).Training;
    }
}
