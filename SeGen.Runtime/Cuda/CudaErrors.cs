using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SeGen.Cuda;

/// <summary>The codes that SeGen tells apart (CUresult), and exceptions that say what they mean.</summary>
internal static class CudaErrors
{
    public const int OutOfMemory = 2, StubLibrary = 34, NoDevice = 100, UnsupportedPtxVersion = 222, SystemDriverMismatch = 803;

    /// <summary>Throws what a call returned, unless that is success.</summary>
    /// <param name="driver">The driver, which knows the names.</param>
    /// <param name="code">What it returned.</param>
    /// <param name="what">What was to be done: "allocating 4096 bytes on NVIDIA H100".</param>
    /// <param name="call">The function.</param>
    /// <param name="kernel">The kernel, if it was one.</param>
    /// <exception cref="GpuException">It failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfFailed(this CudaDriver driver, int code, string call, string what, string kernel = "")
    {
        if (code != 0)
            Throw(driver, code, call, what, kernel);
    }

    /// <summary>The name of a code, "CUDA_ERROR_NO_DEVICE".</summary>
    public static unsafe string Name(this CudaDriver driver, int code)
    {
        byte* name;
        return driver.GetErrorName(code, &name) == 0 && name is not null ? Marshal.PtrToStringUTF8((nint)name)! : $"CUresult {code}";
    }

    /// <summary>The driver's own words for a code.</summary>
    public static unsafe string Description(this CudaDriver driver, int code)
    {
        byte* text;
        return driver.GetErrorString(code, &text) == 0 && text is not null ? Marshal.PtrToStringUTF8((nint)text)! : "no description";
    }

    /// <summary>
    /// Whether nothing more can be done with a context: a kernel failed while it ran, and the driver returns the same for every later call.
    /// </summary>
    public static bool IsSticky(int code) => code is 700 or 702 or 710 or (>= 714 and <= 719) or 999;

    [DoesNotReturn]
    private static void Throw(CudaDriver driver, int code, string call, string what, string kernel)
    {
        string name = driver.Name(code);
        throw new GpuException(
            $"{what} failed: {call} returned {name} ({code}), {driver.Description(code)}.", code, name)
        { Call = call, Kernel = kernel };
    }
}
