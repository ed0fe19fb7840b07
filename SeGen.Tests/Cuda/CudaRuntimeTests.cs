using System.Text;
using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>Devices, modules, memory, streams and graphs over a driver whose kernels are interpreted.</summary>
[Trait("Category", "Cuda")]
[Collection(Name)]
public unsafe class CudaRuntimeTests
{
    /// <summary>The fake driver's functions are static, and so is its device: one test at a time.</summary>
    public const string Name = "Fake CUDA driver";

    private const int Count = 128, Threads = 64;

    private static readonly byte[] Ptx = Encoding.UTF8.GetBytes(PtxSamples.Double);

    private static readonly float[] Values = [.. Enumerable.Range(0, Count).Select(i => i - 7.5f)];

    [Fact]
    public void A_kernel_runs_between_two_copies()
    {
        using CudaDevice device = Open();
        using var run = new Run(device);
        run.Upload();
        run.Launch();
        Assert.Equal(Values.Select(v => 2 * v), run.Download());
        Assert.Equal(1, FakeDriver.Gpu.Calls.Count(c => c == "cuLaunchKernel"));
    }

    [Fact]
    public void A_captured_graph_runs_again_and_again()
    {
        using CudaDevice device = Open();
        using var run = new Run(device);
        run.Upload();
        run.Stream.BeginCapture();
        run.Launch();
        run.Stream.Copy(run.Input.Address, run.Output.Address, Count);
        using CudaGraph graph = run.Stream.EndCapture();
        for (int i = 0; i < 3; i++)
            run.Stream.Launch(graph);

        Assert.Equal(Values.Select(v => 8 * v), run.Download());
        Assert.Equal(1, FakeDriver.Gpu.Calls.Count(c => c == "cuLaunchKernel"));
    }

    [Fact]
    public void Events_take_the_time_between_them()
    {
        using CudaDevice device = Open();
        using var run = new Run(device);
        using CudaEvent before = new(device), after = new(device);
        run.Upload();
        run.Stream.Record(before);
        run.Launch();
        run.Stream.Record(after);
        Assert.True(after.Since(before) > Count);
    }

    [Fact]
    public void Everything_is_given_back_and_the_context_last()
    {
        CudaDevice device = Open();
        var run = new Run(device);
        device.Dispose();
        run.Upload();
        run.Launch();
        Assert.Equal(2 * Values[5], run.Download()[5]);
        run.Dispose();
        Assert.Equal(0, FakeDriver.Gpu.Alive);
        Assert.Equal("cuDevicePrimaryCtxRelease_v2", FakeDriver.Gpu.Calls[^1]);
    }

    [Fact]
    public void The_context_is_made_current_at_every_entry()
    {
        using CudaDevice device = Open();
        foreach (Action entry in new Action[] { () => new CudaStream(device).Dispose(), () => new CudaMemory(device, 4).Dispose(), () => new CudaModule(device, Ptx).Dispose(), () => new CudaEvent(device).Dispose() })
        {
            FakeDriver.Gpu.Calls.Clear();
            entry();
            Assert.Equal("cuCtxSetCurrent", FakeDriver.Gpu.Calls[0]);
            Assert.Equal("cuCtxSetCurrent", FakeDriver.Gpu.Calls[2]);
        }
    }

    [Fact]
    public void A_module_that_is_refused_says_why_and_where()
    {
        using CudaDevice device = Open();
        byte[] wrong = Encoding.UTF8.GetBytes(PtxSamples.Double.Replace("add.rn.f32", "add.up.f32", StringComparison.Ordinal));
        GpuException e = Assert.Throws<GpuException>(() => new CudaModule(device, wrong));
        Assert.Equal((218, "CUDA_ERROR_INVALID_PTX"), (e.Code, e.Name));
        Assert.Contains("(.version 7.0, .target sm_75) for small, compute capability 7.5", e.Message, StringComparison.Ordinal);
        Assert.Contains(">    23      add.up.f32 %value, %value, %value;", e.Log, StringComparison.Ordinal);
        Assert.Contains("     24      st.global.f32 [%y], %value;", e.Log, StringComparison.Ordinal);
    }

    /// <summary>The limit is the function's: a plan that needs less must not take from one that needs more.</summary>
    [Fact]
    public void A_kernel_may_have_all_shared_memory_once_it_needs_more_than_48_kib()
    {
        using CudaDevice device = Open();
        using var module = new CudaModule(device, Ptx);
        module.Function("double", 40 << 10);
        Assert.Empty(FakeDriver.Gpu.DynamicShared);
        module.Function("double", 60 << 10);
        module.Function("double", 50 << 10);
        Assert.Equal(64 << 10, Assert.Single(FakeDriver.Gpu.DynamicShared).Value);
        Assert.Contains("a block of small has 65536", Assert.Throws<ArgumentException>(() => module.Function("double", 65 << 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_is_too_old_for_a_module_is_named()
    {
        using CudaDevice device = Open();
        FakeDriver.Gpu.Failures["cuModuleLoadDataEx"] = 222;
        Assert.Contains("The driver is too old for it.", Assert.Throws<GpuException>(() => new CudaModule(device, Ptx)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_is_not_there_says_how_much_is()
    {
        using CudaDevice device = Open();
        FakeDriver.Gpu.Failures["cuMemAlloc_v2"] = 2;
        GpuException e = Assert.Throws<GpuException>(() => new CudaMemory(device, 1 << 20));
        Assert.Equal("Allocating 4194304 bytes, 1000 of 2000 are free on small failed: cuMemAlloc_v2 returned CUDA_ERROR_OUT_OF_MEMORY (2), as the fake driver was told.", e.Message);
        FakeDriver.Gpu.Failures.Clear();
        device.Dispose();
        Assert.Equal("cuDevicePrimaryCtxRelease_v2", FakeDriver.Gpu.Calls[^1]);
    }

    [Fact]
    public void After_a_kernel_that_failed_nothing_runs_and_nothing_throws_from_Dispose()
    {
        using CudaDevice device = Open();
        using (var run = new Run(device))
        {
            run.Upload();
            run.Launch(blocks: 5);
            GpuException first = Assert.Throws<GpuException>(run.Stream.Synchronize);
            Assert.Equal(719, first.Code);
            Assert.Contains("lie beyond", FakeDriver.Gpu.Fault!.Message, StringComparison.Ordinal);
            GpuException later = Assert.Throws<GpuException>(() => new CudaStream(device));
            Assert.Contains("cannot be used any more, since an earlier call failed: Waiting for kernels on small", later.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, FakeDriver.Gpu.Alive);
    }

    [Theory]
    [InlineData("cuInit", 100, "NoDevice", "sees no device")]
    [InlineData("cuInit", 34, "StubLibrary", "stub for linking")]
    [InlineData("cuInit", 803, "DriverMismatch", "restart it")]
    [InlineData("cuInit", 3, "Failed", "CUresult 3 (3), as the fake driver was told")]
    [InlineData("cuDeviceGetCount", 100, "NoDevice", "sees no device")]
    public void What_keeps_a_driver_from_working_is_said(string call, int code, string status, string text)
    {
        CudaDriver driver = FakeDriver.Create(PtxDeviceModel.H100);
        FakeDriver.Gpu.Failures[call] = code;
        (GpuStatus found, string said) = GpuProbe.Examine(driver, null);
        Assert.Equal(status, found.ToString());
        Assert.Contains(text, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_or_a_device_that_is_too_old_is_said()
    {
        CudaDriver driver = FakeDriver.Create(PtxDeviceModel.H100);
        Assert.Equal((GpuStatus.Available, "H100 (compute capability 9.0), driver for CUDA 12.2."), GpuProbe.Examine(driver, null));
        FakeDriver.Gpu.DriverVersion = 10020;
        Assert.Equal((GpuStatus.DriverTooOld, "The NVIDIA driver supports CUDA 10.2; install one that supports CUDA 11.4 or later."), GpuProbe.Examine(driver, null));
        Assert.Equal((GpuStatus.DriverTooOld, "The NVIDIA driver is too old: it lacks cuGraphLaunch; install one that supports CUDA 11.4 or later."), GpuProbe.Examine(null, "cuGraphLaunch"));
        Assert.Equal(GpuStatus.NoDriverLibrary, GpuProbe.Examine(null, null).Status);
        driver = FakeDriver.Create(PtxDeviceModel.T4 with { Name = "Tesla V100", Capability = 70 });
        Assert.Equal((GpuStatus.ComputeCapabilityTooLow, "SeGen needs compute capability 7.5; there is Tesla V100 (compute capability 7.0)."), GpuProbe.Examine(driver, null));
    }

    [Fact]
    public void A_library_that_is_no_driver_lacks_its_functions()
    {
        Assert.Null(CudaDriver.TryLoad(["libsegen-is-not-there.so"], out string? missing));
        Assert.Null(missing);
        Assert.Null(CudaDriver.TryLoad([OperatingSystem.IsWindows() ? "kernel32.dll" : "libc.so.6"], out missing));
        Assert.Equal("cuInit", missing);
        Assert.False(string.IsNullOrEmpty(GpuRuntime.StatusText));
    }

    private static CudaDevice Open() => CudaDevice.Open(FakeDriver.Create(PtxDeviceModel.Small));

    /// <summary>What it takes to double some values.</summary>
    private sealed class Run(CudaDevice device) : IDisposable
    {
        private readonly CudaModule _module = new(device, Ptx);
        private readonly CudaPinnedMemory _host = new(device, Count);

        public CudaStream Stream { get; } = new(device);

        public CudaMemory Input { get; } = new(device, Count);

        public CudaMemory Output { get; } = new(device, Count);

        public void Upload()
        {
            Values.CopyTo(_host.Span);
            Stream.Upload(Input.Address, _host.Start, Count);
        }

        public void Launch(uint blocks = Count / Threads)
        {
            ulong x = Input.Address, y = Output.Address;
            void** arguments = stackalloc void*[] { &x, &y };
            Stream.Launch(_module.Function("double"), (int)blocks, Threads, 0, arguments);
        }

        public float[] Download()
        {
            Stream.Download(_host.Start, Output.Address, Count);
            Stream.Synchronize();
            return _host.Span.ToArray();
        }

        public void Dispose()
        {
            Stream.Dispose();
            Input.Dispose();
            Output.Dispose();
            _host.Dispose();
            _module.Dispose();
        }
    }
}
