using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>A test with a fake GPU, which is there until the test ends.</summary>
public abstract class FakeGpuTest : IDisposable
{
    private protected FakeGpu Gpu { get; } = Start(PtxDeviceModel.A100);

    public void Dispose()
    {
        GpuSettings.Form = null;
        GpuSettings.TensorCores = true;
        GpuRuntime.Use(null);
        GC.SuppressFinalize(this);
    }

    private static FakeGpu Start(PtxDeviceModel model)
    {
        // Where results are compared with the CPU's to the last digits; tests of TF32 say so.
        GpuSettings.TensorCores = false;
        GpuRuntime.Use(FakeDriver.Create(model));
        FakeDriver.Gpu.Seed = 3;
        return FakeDriver.Gpu;
    }

    private protected static (IModule Cpu, GpuModule Gpu, int Height, int Width, int Batch) Create(string name)
    {
        switch (name)
        {
            case "warp":
                CudaWarpGate warp = new(1);
                return (warp, warp.CreateCuda(GpuPolicy.Require), 8, 8, 3);
            case "ragged":
                CudaRaggedGate ragged = new(1);
                return (ragged, ragged.CreateCuda(GpuPolicy.Require), 7, 7, 4);
            case "parts":
                CudaPartsGate parts = new(1);
                return (parts, parts.CreateCuda(GpuPolicy.Require), 96, 96, 2);
            case "open":
                CudaOpenGate open = new(1);
                return (open, open.CreateCuda(GpuPolicy.Require), 9, 11, 3);
            default:
                CudaConstantGate constant = new(1);
                return (constant, constant.CreateCuda(GpuPolicy.Require), 4, 4, 2);
        }
    }

    private protected static int Channels(IModule module) => module switch { CudaPartsGate => 4, CudaWarpGate => 20, CudaRaggedGate => 12, CudaOpenGate => 6, _ => 5 };

    private protected static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 4 - 1.5))];
    }

    /// <summary>Makes calls until everything is there, and then once more.</summary>
    private protected static void AllocatesNothing(params Action[] calls)
    {
        foreach (Action call in calls.Concat(calls).Concat(calls))
            call();

        foreach (Action call in calls)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private protected static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max(), error = expected.Zip(actual, (e, a) => (double)Math.Abs(e - a)).DefaultIfEmpty().Max();
        Assert.True(error <= 4e-6 * Math.Max(largest, 1e-6), $"error {error}, largest {largest}");
    }
}
