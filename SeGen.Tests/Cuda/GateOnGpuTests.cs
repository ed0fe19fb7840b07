using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>Gates on a GPU whose driver is a fake one that interprets their PTX: against the same gates on the CPU.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public sealed class GateOnGpuTests : IDisposable
{
    private FakeGpu Gpu { get; } = Start(PtxDeviceModel.A100);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string form in new[] { "", "portable", "group", "image" })
            {
                foreach (string gate in new[] { "warp", "ragged", "parts", "open", "constant" })
                    cases.Add(gate, form);
            }

            return cases;
        }
    }

    public void Dispose()
    {
        GpuSettings.Form = null;
        GpuRuntime.Use(null);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_is_what_the_cpu_computes(string name, string form)
    {
        GpuSettings.Form = form;
        (IModule cpu, GpuModule gpu, int height, int width, int batch) = Create(name);
        using (gpu)
        {
            // The second call writes a graph down, the third one runs it; another batch has a plan of its own.
            foreach (int images in new[] { batch, batch, batch, 1, batch })
            {
                float[] x = Values(images * Channels(cpu) * height * width, images), expected = new float[x.Length], y = new float[x.Length];
                cpu.Forward(x, expected, height, width);
                gpu.Forward(x, y, height, width);
                Close(expected, y);
                gpu.Forward(y, y, height, width);
                cpu.Forward(expected, expected, height, width);
                Close(expected, y);
            }

            if (form.Length > 0 && !(name == "open" || (name == "parts" && form == "image")))
                Assert.StartsWith(form, gpu.Form, StringComparison.Ordinal);
        }

        Assert.Null(Gpu.Fault);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_is_what_the_cpu_computes(string name, string form)
    {
        GpuSettings.Form = form;
        (IModule cpu, GpuModule gpu, int height, int width, int batch) = Create(name);
        using (gpu)
        {
            float[] x = Values(batch * Channels(cpu) * height * width, 1), dy = Values(x.Length, 2), y = new float[x.Length], dx = new float[x.Length], expected = new float[x.Length];
            cpu.ForwardTraining(x, y, height, width);
            cpu.Backward(dy, expected);
            float[][] gradients = [.. cpu.Parameters.Select(p => p.Gradient.ToArray())];
            cpu.Parameters.ZeroGradients();

            gpu.ForwardTraining(x, y, height, width);
            gpu.Forward(dy, dx, height, width); // In between, which must not matter.
            gpu.Backward(dy, dx);
            Close(expected, dx);
            Assert.All(cpu.Parameters.Zip(gradients), p => Close(p.Second, p.First.Gradient.ToArray()));

            // Without the input's gradient, and added to what is there.
            gpu.Backward(dy, []);
            Assert.All(cpu.Parameters.Zip(gradients), p => Close([.. p.Second.Select(g => 2 * g)], p.First.Gradient.ToArray()));
        }

        Assert.Null(Gpu.Fault);
    }

    [Fact]
    public void Buffers_stay_on_the_device_from_one_module_to_the_next()
    {
        var first = new CudaWarpGate(1);
        var second = new CudaWarpGate(2);
        using GpuModule a = first.CreateCuda(), b = second.CreateCuda();
        float[] x = Values(2 * CudaWarpGate.InputLength, 1), expected = new float[x.Length], y = new float[x.Length];
        first.Forward(x, expected);
        second.Forward(expected, expected);
        using GpuBuffer input = a.Allocate(x.Length), between = a.Allocate(x.Length);
        input.CopyFrom(x);
        a.Forward(input, between);
        b.Forward(between, between);
        int copies = Gpu.Calls.Count(c => c.StartsWith("cuMemcpyDtoH", StringComparison.Ordinal));
        between.CopyTo(y);
        Close(expected, y);
        Assert.Equal(0, copies);
    }

    [Fact]
    public void Training_over_buffers_brings_gradients_with_synchronize()
    {
        var cpu = new CudaRaggedGate();
        using GpuModule gpu = cpu.CreateCuda();
        float[] x = Values(4 * CudaRaggedGate.InputLength, 1), dy = Values(x.Length, 2), y = new float[x.Length], expected = new float[x.Length], dx = new float[x.Length];
        cpu.ForwardTraining(x, y);
        cpu.Backward(dy, expected);
        float[][] gradients = [.. cpu.Parameters.Select(p => p.Gradient.ToArray())];
        cpu.Parameters.ZeroGradients();
        using GpuBuffer input = gpu.Allocate(x.Length), output = gpu.Allocate(x.Length), change = gpu.Allocate(x.Length);
        input.CopyFrom(x);
        gpu.ForwardTraining(input, output);
        change.CopyFrom(dy);
        gpu.Backward(change, change);
        Assert.All(cpu.Parameters, p => Assert.All(p.Gradient.ToArray(), g => Assert.Equal(0, g)));
        gpu.Synchronize();
        Assert.All(cpu.Parameters.Zip(gradients), p => Close(p.Second, p.First.Gradient.ToArray()));
        change.CopyTo(dx);
        Close(expected, dx);
    }

    [Fact]
    public void Weights_follow_those_of_the_cpu()
    {
        var cpu = new CudaWarpGate(1);
        using GpuModule gpu = cpu.CreateCuda();
        float[] x = Values(CudaWarpGate.InputLength, 1), before = new float[x.Length], after = new float[x.Length], expected = new float[x.Length];
        gpu.Forward(x, before);
        gpu.Forward(x, before);
        int uploads = Gpu.Calls.Count(c => c == "cuMemcpyHtoDAsync_v2");
        cpu.Parameters["fc2.bias"].Write().Fill(3);
        gpu.Forward(x, after);
        cpu.Forward(x, expected);
        Close(expected, after);
        Assert.NotEqual(before, after);
        Assert.True(Gpu.Calls.Count(c => c == "cuMemcpyHtoDAsync_v2") > uploads);
    }

    [Fact]
    public void Optimizers_train_on_the_gpus_gradients()
    {
        var cpu = new CudaWarpGate(1);
        var other = new CudaWarpGate(1);
        using GpuModule gpu = cpu.CreateCuda();
        SgdOptimizer a = new(cpu.Parameters, 0.5f, momentum: 0.9f), b = new(other.Parameters, 0.5f, momentum: 0.9f);
        float[] x = Values(3 * CudaWarpGate.InputLength, 1), dy = Values(x.Length, 2), y = new float[x.Length], dx = new float[x.Length];
        for (int step = 0; step < 3; step++)
        {
            gpu.ForwardTraining(x, y);
            gpu.Backward(dy, dx);
            a.Step();
            cpu.Parameters.ZeroGradients();
            other.ForwardTraining(x, y);
            other.Backward(dy, dx);
            b.Step();
            other.Parameters.ZeroGradients();
        }

        Assert.All(cpu.Parameters.Zip(other.Parameters), p => Close(p.Second.Values.ToArray(), p.First.Values.ToArray()));
    }

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

        GpuRuntime.Use(FakeDriver.Create(PtxDeviceModel.A100));
        using GpuModule off = cpu.CreateCuda(GpuPolicy.Off);
        Assert.False(off.IsOnGpu);
        using GpuModule on = cpu.CreateCuda();
        Assert.True(on.IsOnGpu);
        Assert.Equal("On A100, compute capability 8.0.", on.Placement);
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
            using GpuBuffer buffer = gpu.Allocate(6 * 25);
            Assert.Contains("Running sums on A100", Assert.Throws<GpuException>(() => gpu.Forward(buffer, buffer, 5, 5)).Message, StringComparison.Ordinal);
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
        using GpuBuffer moved = gpu.Wrap(device.Address + 16, length - 4);
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

    private static FakeGpu Start(PtxDeviceModel model)
    {
        GpuRuntime.Use(FakeDriver.Create(model));
        FakeDriver.Gpu.Seed = 3;
        return FakeDriver.Gpu;
    }

    private static (IModule Cpu, GpuModule Gpu, int Height, int Width, int Batch) Create(string name)
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

    private static int Channels(IModule module) => module.Parameters[^1].Length > 0 && module is CudaPartsGate ? 4 : module is CudaWarpGate ? 20 : module is CudaRaggedGate ? 12 : module is CudaOpenGate ? 6 : 5;

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

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 4 - 1.5))];
    }

    private static void Throws<T>(string message, Action action)
        where T : Exception
        => Assert.Contains(message, Assert.Throws<T>(action).Message, StringComparison.Ordinal);

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max(), error = expected.Zip(actual, (e, a) => (double)Math.Abs(e - a)).DefaultIfEmpty().Max();
        Assert.True(error <= 4e-6 * Math.Max(largest, 1e-6), $"error {error}, largest {largest}");
    }
}
