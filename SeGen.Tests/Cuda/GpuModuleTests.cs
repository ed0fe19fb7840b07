using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>What a module on a GPU says and keeps: policies, wrong arguments, failures, times, what it gives back.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class GpuModuleTests : FakeGpuTest
{
    [Fact]
    public void Without_a_driver_the_policy_decides()
    {
        GpuRuntime.Use(null, isNone: true);
        var cpu = new CudaWarpGate();
        Assert.Equal(GpuStatus.NoDriverLibrary, GpuRuntime.Status);
        Assert.Contains("No NVIDIA driver is installed", Assert.Throws<GpuException>(() => cpu.CreateCuda(GpuPolicy.Require)).Message, StringComparison.Ordinal);
        using GpuModule fallback = cpu.CreateCuda();
        Assert.False(fallback.IsOnGpu);
        Assert.StartsWith("On the CPU: No NVIDIA driver is installed", fallback.Placement, StringComparison.Ordinal);
        Same(cpu, fallback);
        SameBuffer(cpu, fallback);

        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100));
        using GpuModule off = cpu.CreateCuda(GpuPolicy.Off);
        Assert.False(off.IsOnGpu);
        using GpuModule on = cpu.CreateCuda();
        Assert.True(on.IsOnGpu);
        Assert.Equal("On A100, compute capability 8.0.", on.Placement);

        // A device that is there and cannot be had.
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100));
        FakeDriver.Gpu.Failures["cuDevicePrimaryCtxRetain"] = 2;
        using GpuModule taken = cpu.CreateCuda();
        Assert.Contains("On the CPU: Opening A100 failed", taken.Placement, StringComparison.Ordinal);
        Assert.Equal("cuDevicePrimaryCtxRetain", Assert.Throws<GpuException>(() => cpu.CreateCuda(GpuPolicy.Require)).Call);
    }

    [Fact]
    public void A_kernel_that_fails_is_an_exception_from_then_on_and_no_fallback()
    {
        using GpuModule gpu = new CudaWarpGate().CreateCuda();
        float[] x = Values(CudaWarpGate.InputLength, 1);
        gpu.Forward(x, x);
        Gpu.Failures["cuStreamSynchronize"] = 700;
        Assert.Equal(700, Assert.Throws<GpuException>(() => gpu.Forward(x, x)).Code);
        Gpu.Failures.Clear();
        Assert.Contains("cannot be used any more", Assert.Throws<GpuException>(() => gpu.Forward(x, x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_launch_that_is_waited_for_names_its_kernel()
    {
        GpuSettings.IsSynchronous = true;
        try
        {
            using GpuModule gpu = new CudaOpenGate().CreateCuda();
            float[] x = Values(6 * 25, 1);
            gpu.Forward(x, x, 5, 5);
            Gpu.Failures["cuStreamSynchronize"] = 700;
            Gpu.Failures["cuGraphLaunch"] = 700;
            GpuException e = Assert.Throws<GpuException>(() => gpu.Forward(x, x, 5, 5));
            Assert.Contains("Running sums on A100", e.Message, StringComparison.Ordinal);
            Assert.Equal(("cuStreamSynchronize", "sums"), (e.Call, e.Kernel));
        }
        finally
        {
            GpuSettings.IsSynchronous = false;
        }
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using GpuModule gpu = new CudaWarpGate().CreateCuda();
        using GpuModule inference = new CudaInferenceGate().CreateCuda();
        using GpuModule open = new CudaOpenGate().CreateCuda();
        using GpuModule cpu = new CudaWarpGate().CreateCuda(GpuPolicy.Off);
        int length = CudaWarpGate.InputLength;
        float[] x = new float[4 * length], y = new float[4 * length];
        using GpuBuffer host = cpu.Allocate(length), device = gpu.Allocate(length), small = gpu.Allocate(length - 1);
        Throws<ArgumentException>("whole images of 20 x 8 x 8 = 1,280 values and was given 1,279", () => gpu.Forward(x.AsSpan(0, length - 1), y));
        Throws<ArgumentException>("whole images of 20 x 8 x 8 = 1,280 values and was given 1,279", () => gpu.Forward(small, device));
        Throws<ArgumentException>("1 x 20 x 8 x 8 = 1,280 values here and was given 1,279", () => gpu.Forward(device, small));
        Throws<ArgumentException>("only where both are the same span", () => gpu.Forward(x.AsSpan(0, length), x.AsSpan(1, length)));
        Throws<ArgumentException>("The buffer is the host's; ", () => gpu.Forward(host, device));
        Throws<ArgumentException>("The buffer is on a GPU, and ", () => cpu.Forward(device, host));
        Throws<ArgumentException>("needs the input after it has written the output", () => gpu.ForwardTraining(device, device));
        Throws<ArgumentException>("trains on 1 to MaxBatch = 3 images at a time and was given 4", () => gpu.ForwardTraining(x, y));
        Throws<InvalidOperationException>("Backward comes after ForwardTraining", () => gpu.Backward(x, y));
        Throws<InvalidOperationException>("does not fix Height and Width", () => open.Forward(x, y));
        Throws<NotSupportedException>("InferenceOnly = true", () => inference.ForwardTraining(x.AsSpan(0, 64), y.AsSpan(0, 64)));
        Throws<ArgumentException>("a multiple of 16", () => gpu.Wrap(0x1001, 16));
        Throws<InvalidOperationException>("no memory of a device to wrap", () => cpu.Wrap(0x1000, 16));
        gpu.ForwardTraining(x.AsSpan(0, length), y.AsSpan(0, length));
        Throws<ArgumentException>("1 x 20 x 8 x 8 = 1,280 values here and was given 5", () => gpu.Backward(x.AsSpan(0, 5), []));
        Throws<ArgumentException>("cannot write where it reads", () => gpu.Backward(x.AsSpan(0, length), x.AsSpan(0, length)));
        using (GpuBuffer big = gpu.Allocate(2 * length), output = gpu.Allocate(length))
        {
            gpu.ForwardTraining(device, output);
            GpuBuffer left = gpu.Wrap(big.Address, length), shifted = gpu.Wrap(big.Address + 16, length);
            Throws<ArgumentException>("still reads what it would write here", () => gpu.Backward(left, shifted));
            Throws<ArgumentException>("still reads what it would write here", () => gpu.Backward(output, device));
        }

        Throws<ArgumentException>("only where both are the same buffer", () => open.Forward(gpu.Wrap(device.Address, 600), gpu.Wrap(device.Address + 16, 600), 10, 10));
        gpu.Dispose();
        Assert.Throws<ObjectDisposedException>(() => gpu.Forward(x.AsSpan(0, length), y.AsSpan(0, length)));
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.CopyTo(new float[length]));
    }

    [Fact]
    public void Kernels_are_timed_by_the_device()
    {
        GpuSettings.Form = "portable";
        using GpuModule gpu = new CudaWarpGate().CreateCuda();
        gpu.TimesKernels = true;
        float[] x = Values(CudaWarpGate.InputLength, 1);
        gpu.Forward(x, x);
        Assert.Equal(["sums", "scale"], gpu.KernelTimes.Select(t => t.Kernel));
        Assert.All(gpu.KernelTimes, t => Assert.True(t.Milliseconds > 0));
        using GpuBuffer buffer = gpu.Allocate(x.Length);
        buffer.CopyFrom(x);
        gpu.Forward(buffer, buffer);
        gpu.Forward(buffer, buffer);
        gpu.Synchronize();
        Assert.Equal(["sums", "scale", "sums", "scale"], gpu.KernelTimes.Select(t => t.Kernel));
    }

    [Fact]
    public void Kernels_are_compiled_once_for_a_shape_and_the_way_back_when_it_is_needed()
    {
        using GpuModule a = new CudaWarpGate().CreateCuda(), b = new CudaWarpGate(3).CreateCuda();
        Assert.Equal(1, Gpu.Calls.Count(c => c == "cuModuleLoadDataEx"));
        a.Prepare(2, isTraining: true);
        b.Prepare(1, isTraining: true);
        Assert.Equal(2, Gpu.Calls.Count(c => c == "cuModuleLoadDataEx"));
    }

    /// <summary>Launches one by one, a graph, groups that wait; forward and backward.</summary>
    [Theory]
    [InlineData("portable")]
    [InlineData("group")]
    [InlineData("image")]
    public void A_call_allocates_nothing(string form)
    {
        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100, isSilent: true));
        GpuSettings.Form = form;
        using GpuModule gpu = new CudaWarpGate().CreateCuda();
        float[] x = Values(2 * CudaWarpGate.InputLength, 1), y = new float[x.Length];
        using GpuBuffer from = gpu.Allocate(x.Length), to = gpu.Allocate(x.Length);
        AllocatesNothing(
            () => gpu.Forward(x, y), () => gpu.Forward(from, to), () => gpu.ForwardTraining(x, y), () => gpu.Backward(y, x), () => gpu.ForwardTraining(from, to),
            () => gpu.Backward(to, to), gpu.Synchronize);
    }

    [Fact]
    public void A_step_that_failed_is_followed_by_no_backward()
    {
        using GpuModule gpu = new CudaOpenGate().CreateCuda();
        float[] x = Values(6 * 25, 1), y = new float[x.Length];
        gpu.ForwardTraining(x, y, 5, 5);
        Gpu.Failures["cuMemHostAlloc"] = 2;
        Assert.Throws<GpuException>(() => gpu.ForwardTraining(Values(6 * 36, 1), new float[6 * 36], 6, 6));
        Gpu.Failures.Clear();
        Throws<InvalidOperationException>("there was none", () => gpu.Backward(y, []));
    }

    [Fact]
    public void An_input_that_was_disposed_of_is_not_read()
    {
        using GpuModule gpu = new CudaWarpGate().CreateCuda();
        GpuBuffer input = gpu.Allocate(CudaWarpGate.InputLength);
        using GpuBuffer output = gpu.Allocate(CudaWarpGate.InputLength);
        input.CopyFrom(Values(CudaWarpGate.InputLength, 1));
        gpu.ForwardTraining(input, output);
        input.Dispose();
        Assert.Throws<ObjectDisposedException>(() => gpu.Backward(output, output));
    }

    [Fact]
    public void Prepared_means_that_calls_allocate_nothing_on_the_device()
    {
        using GpuModule gpu = new CudaOpenGate().CreateCuda();
        gpu.Prepare(2, 5, 5, isTraining: true);
        int allocations = Gpu.Calls.Count(c => c.StartsWith("cuMem", StringComparison.Ordinal) && c.Contains("Alloc", StringComparison.Ordinal));
        float[] x = Values(2 * 6 * 25, 1), y = new float[x.Length];
        gpu.Forward(x, y, 5, 5);
        gpu.ForwardTraining(x, y, 5, 5);
        gpu.Backward(y, x);
        Assert.Equal(allocations, Gpu.Calls.Count(c => c.StartsWith("cuMem", StringComparison.Ordinal) && c.Contains("Alloc", StringComparison.Ordinal)));
    }

    [Fact]
    public void Everything_is_given_back()
    {
        Create("warp").Gpu.Dispose();
        (_, GpuModule gpu, int height, int width, int batch) = Create("ragged");
        float[] x = Values(batch * 12 * height * width, 1);
        for (int images = 1; images <= batch; images++)
        {
            gpu.ForwardTraining(x.AsSpan(0, images * 12 * height * width), x.AsSpan(0, images * 12 * height * width), height, width);
            gpu.Forward(x.AsSpan(0, images * 12 * height * width), x.AsSpan(0, images * 12 * height * width), height, width);
            gpu.Forward(x.AsSpan(0, images * 12 * height * width), x.AsSpan(0, images * 12 * height * width), height, width);
            gpu.Backward(x.AsSpan(0, images * 12 * height * width), []);
        }

        gpu.Dispose();
        gpu.Dispose();
        GpuRuntime.Use(null);
        Assert.Equal(0, Gpu.Alive);
    }

    private static void Same(IModule cpu, GpuModule gpu)
    {
        float[] x = Values(2 * CudaWarpGate.InputLength, 1), dy = Values(x.Length, 2), expected = new float[x.Length], y = new float[x.Length];
        cpu.Forward(x, expected, 8, 8);
        gpu.Forward(x, y);
        Assert.Equal(expected, y);
        using GpuBuffer input = gpu.Allocate(x.Length), output = gpu.Allocate(x.Length);
        input.CopyFrom(x);
        gpu.ForwardTraining(input, output);
        input.CopyFrom(dy);
        gpu.Backward(input, output);
        gpu.Synchronize();
        output.CopyTo(y);
        Assert.Contains(y, v => v != 0);
    }

    /// <summary>The way back over its own gradient, as a GPU allows it.</summary>
    private static void SameBuffer(IModule cpu, GpuModule gpu)
    {
        float[] x = Values(CudaWarpGate.InputLength, 1), dy = Values(x.Length, 2), dx = new float[x.Length], actual = new float[x.Length];
        cpu.ForwardTraining(x, actual, 8, 8);
        cpu.Backward(dy, dx);
        using GpuBuffer input = gpu.Allocate(x.Length), output = gpu.Allocate(x.Length);
        input.CopyFrom(x);
        gpu.ForwardTraining(input, output);
        output.CopyFrom(dy);
        gpu.Backward(output, output);
        output.CopyTo(actual);
        Assert.Equal(dx, actual);
    }

    private static void Throws<T>(string message, Action action)
        where T : Exception
        => Assert.Contains(message, Assert.Throws<T>(action).Message, StringComparison.Ordinal);
}
