using SeGen.Cuda;
using SeGen.Tests.Ptx;

namespace SeGen.Tests.Cuda;

/// <summary>Gates on a GPU whose driver is a fake one that interprets their PTX: against the same gates on the CPU.</summary>
[Trait("Category", "Cuda")]
[Collection(CudaRuntimeTests.Name)]
public class GateOnGpuTests : FakeGpuTest
{
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
}
